/** A dataset's module need not have this project's packages installed beside it: those of this app serve it. */
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!specifier.startsWith('@prefix-tuning/')) throw error;
    return next(specifier, { ...context, parentURL: import.meta.url });
  }
}
