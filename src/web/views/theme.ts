/** Dark or light, or as the system says; public/theme.js puts the choice on the document when the page is opened. */

export type Theme = 'system' | 'dark' | 'light';

const KEY = 'prismflow.theme';

export const chosenTheme = (): Theme => {
  const theme = document.documentElement.dataset.theme;
  return theme === 'dark' || theme === 'light' ? theme : 'system';
};

export const setTheme = (theme: Theme): void => {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is refused: the choice holds until the page is closed.
  }
};
