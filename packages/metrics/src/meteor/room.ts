/**
 * How many items columns have room for from the start.
 *
 * Most texts need fewer. A column that is replaced costs more than its copy: V8 throws away code that it compiled for the old one.
 */
export const ROOM = 1024;
