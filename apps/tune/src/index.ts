export { tuneCommand } from './command.js';
