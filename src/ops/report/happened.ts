/** What can happen at a step of a training, in words; of what more steps do not put right, what to change. */
const known: Readonly<Record<string, string>> = {
  restart: 'end of a cycle',
  growing:
    'a loss is 30 times what it was at its best: if it goes on, lower `rate` by a factor of 2 to 10, or set `clip: 1`',
  outgrown: 'a loss had grown a thousandfold: an earlier state is restored, at a lower rate',
  restored: 'a loss was not finite: an earlier state is restored, at a lower rate',
  best: 'the best result so far',
  worse:
    'the result is worse than the photo itself: if it stays so, train for longer, lower `rate`, or give what keeps the photo (`fidelity`, `content`, `structure`) more weight',
  overfitting:
    'photos that it does not learn from come out worse, while it goes on learning its own by heart: take more photos, vary them more by `augment`, or stop and use the best model',
  collapsed:
    'what it makes of different photos is nearly the same: give `fidelity`, `content` or `pixel` more weight and `adversarial` less, or lower `rate`',
  outplayed:
    'the discriminator tells every result, so nothing is learned from it any more: lower `discriminatorRate`, or give `adversarial` less weight',
  patience: 'nothing better has come for long',
  end: 'end of the training',
};

/** What a mark of a step says; a mark that is not known here says itself. */
export const happened = (mark: string): string => (Object.hasOwn(known, mark) ? known[mark]! : mark);

/** Marks of what goes wrong, which are told for good. */
export const TROUBLES: readonly string[] = [
  'growing',
  'outgrown',
  'restored',
  'worse',
  'overfitting',
  'collapsed',
  'outplayed',
];
