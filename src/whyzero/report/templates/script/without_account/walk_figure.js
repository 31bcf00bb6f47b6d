// In place of walk_figure.js where the file has no account: the figure stays that of the explained fit.

/** @returns {(fit: object) => void} */
export function walkFigure() {
  return () => {};
}
