import { pinned } from './pinned.js';

/**
 * The publisher's ids of each split. The articles are BBC copyright and have to be brought by the user.
 */
export const xsumDownloads = pinned('https://raw.githubusercontent.com/EdinburghNLP/XSum/7b95485c3e861d7caff76a8b4c6b3fd3bf7ee9b1/XSum-Dataset/', {
  'XSum-TRAINING-DEV-TEST-SPLIT-90-5-5.json': '9c0c5d8f048a90bd68b19a34e4c30577ed270d3247b2119fa06a04ef46292068',
});
