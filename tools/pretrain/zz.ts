import { miniText, writeMiniData, loadDataset } from '@prefix-tuning/datasets';
const t0 = performance.now();
let n=0, chars=0; const first: string[]=[];
for (const doc of miniText({seed:1} as never) as any) { n++; chars+=doc.length; if (n<12) first.push(doc); if (n>200000) break; }
console.log(n, chars, performance.now()-t0); console.log(first.join('\n---\n'));
