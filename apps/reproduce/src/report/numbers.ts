/** Bytes for people. */
export const bytesText = (bytes: number): string => (bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`);

/** Two digits of a share, and all of it from 99.5%. */
export const percentText = (share: number): string => `${share >= 0.995 ? 100 : (100 * share).toPrecision(2)}%`;
