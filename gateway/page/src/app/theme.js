// Looks as the client around it does, as far as it says so.

const kVariables = /^--(color|font|border|shadow)-[a-z0-9-]+$/;

export function follow({ theme, styles, containerDimensions }) {
  const { documentElement: root } = document;
  if (theme === 'light' || theme === 'dark') {
    root.dataset.theme = theme;
    root.style.colorScheme = theme;
  }
  for (const [name, value] of Object.entries(styles?.variables ?? {}))
    if (kVariables.test(name) && value) root.style.setProperty(name, value);
  if (containerDimensions?.height) root.style.height = '100vh';
}
