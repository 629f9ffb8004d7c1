import { useEffect, useState } from 'preact/hooks';
import * as client from '../../api/client.js';
import { texts } from '../../texts.js';
import { Copied } from './copied.js';
import { DialogFrame } from './dialog.js';

const labels = texts.receipt;

export const ReceiptDialog = ({ id }: { readonly id: string }) => {
  const [text, setText] = useState('');
  useEffect(() => {
    void client.receipt(id).then((answer) => {
      if (answer.kind === 'given') setText(JSON.stringify(answer.value, undefined, 2));
      if (answer.kind === 'refused') setText(answer.problem.title);
    });
  }, [id]);
  return (
    <DialogFrame title={labels.title} closeLabel={labels.close}>
      <p class="muted">{labels.lead}</p>
      <Copied title={id} text={text} />
    </DialogFrame>
  );
};
