// Every wait of the suite goes through here, so that nothing can hang and a slow build can be allowed for.

const slow = Number(process.env.GOVERNOR_TEST_SLOW ?? '1');
if (!Number.isFinite(slow) || slow <= 0) {
  throw new Error(`GOVERNOR_TEST_SLOW must be a number above 0, not "${process.env.GOVERNOR_TEST_SLOW}"`);
}

export const kShort = 5_000;
export const kLong = 30_000;

/// The given milliseconds, stretched by GOVERNOR_TEST_SLOW.
export function stretched(ms) {
  return ms * slow;
}

/// The value of `promise`, or an error naming `what` after `ms` (stretched) milliseconds.
export async function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing after ${stretched(ms)} ms`)), stretched(ms));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/// Polls `condition` (sync or async) until it gives something true; for states that no event announces.
export async function until(ms, what, condition) {
  const end = Date.now() + stretched(ms);
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what}: not so after ${stretched(ms)} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
