export { boardView, type Board, type BoardView } from './board.js';
export { HelpWanted, parseOptions, runCommand } from './command.js';
export { formatDuration, formatProgress, progressView, type ProgressView, type ProgressViewOptions } from './progress.js';
export { renderTable } from './table.js';
