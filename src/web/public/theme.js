// Puts the chosen theme on the document before anything is painted; without a choice the system's is followed.
try {
  const theme = localStorage.getItem('prismflow.theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be refused; the system's theme is right then.
}
