/** The version that the signatures of this package's own names carry. */
export const METRICS_VERSION = '0.1.0';

/** `key:value|key:value`, in the order given, as sacrebleu writes it. */
export function formatSignature(settings: Readonly<Record<string, string | number>>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}:${value}`)
    .join('|');
}

/** The number of references per segment, or `var` where it differs. */
export function referenceCount(references: readonly (readonly unknown[])[]): number | 'var' {
  const first = references[0]?.length ?? 0;
  return references.every((list) => list.length === first) ? first : 'var';
}
