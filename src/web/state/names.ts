/** How names of pipelines and of parameters are shown: `misty-mornings` as "Misty mornings". */
export const titleOf = (name: string): string => {
  const words = name.replaceAll('-', ' ').replaceAll('_', ' ').trim();
  return words === '' ? name : words[0]!.toUpperCase() + words.slice(1);
};
