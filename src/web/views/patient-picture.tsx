import { useEffect, useState } from 'preact/hooks';

/** Waits before a picture that did not come is asked for again, in milliseconds; then it is given up. */
const WAITS = [1000, 2000, 4000, 8000, 16_000, 30_000] as const;

interface PatientPictureProps {
  readonly src: string | undefined;
  readonly class?: string;
  readonly loading?: 'lazy' | 'eager';
}

/** A picture without a text of its own. The server may have too much to do for it: it is asked for again, and no broken picture is shown. */
export const PatientPicture = ({ src, class: className = '', loading = 'eager' }: PatientPictureProps) => {
  const [tries, setTries] = useState(0);
  const [isFailed, setFailed] = useState(false);
  useEffect(() => {
    setTries(0);
    setFailed(false);
  }, [src]);
  useEffect(() => {
    const wait = WAITS[tries];
    if (!isFailed || wait === undefined) return undefined;
    const timer = setTimeout(() => {
      setTries(tries + 1);
      setFailed(false);
    }, wait);
    return () => clearTimeout(timer);
  }, [isFailed, tries]);
  return isFailed ? (
    <span class={`picture-to-come ${className}`} />
  ) : (
    <img
      // Another element asks again.
      key={tries}
      class={className}
      src={src}
      alt=""
      decoding="async"
      loading={loading}
      draggable={false}
      onError={() => setFailed(true)}
    />
  );
};
