/** It takes what `tile` made and nothing else, so it is tried as what undoes that. */
export const triedWith = 'tile';
