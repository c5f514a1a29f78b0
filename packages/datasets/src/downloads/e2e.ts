import { pinned } from './pinned.js';

/**
 * The challenge's own repository. SHA-256 of each file as it is fetched.
 */
export const e2eDownloads = pinned('https://raw.githubusercontent.com/tuetschek/e2e-dataset/ab0d967dd5729ce455ef14ba9ffafc456a335264/', {
  'trainset.csv': 'f27d48df45815288ab15619d47a79028c300fbb7f42e373668aba0b98c1d57c6',
  'devset.csv': 'fc26b78cdb849c80545f513b223d1e051138b43882eeb79e3eb153e689c864f9',
  'testset_w_refs.csv': 'edc8db685e39bb9824d5bd70c18b1c9b0412d14b527aa960e2d1c8251ee15ccd',
});
