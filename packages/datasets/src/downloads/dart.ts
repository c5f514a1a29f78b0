import { pinned } from './pinned.js';

/** The publisher's repository. */
export const dartDownloads = pinned('https://raw.githubusercontent.com/Yale-LILY/dart/bb644b12ec1d0264f96a31145534b9a94f6ff5f5/data/v1.1.1/', {
  'dart-v1.1.1-full-train.json': '773adb6db19640ab5328eaddec7ba7495b1702cf',
  'dart-v1.1.1-full-dev.xml': '5f9333abea903fae4edfdd6fc2884854597b3f0d377d21229689fe86e97b7e6e',
  'dart-v1.1.1-full-test.xml': '4f6994d633030278798c114555549a13202780fe0d78ee2e7ac7dcce45a8e233',
});
