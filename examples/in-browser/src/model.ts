import { loadModel, memoryFiles, type Model } from '@prefix-tuning/model';
import config from '@prefix-tuning/mini-models/models/mini-gpt2-medium/config.json?url';
import weights from '@prefix-tuning/mini-models/models/mini-gpt2-medium/model.safetensors?url';
import tokenizer from '@prefix-tuning/mini-models/models/mini-gpt2-medium/tokenizer.json?url';

/** The files of a model, as the bundler serves them. Another model is three other addresses. */
const addresses = { 'config.json': config, 'model.safetensors': weights, 'tokenizer.json': tokenizer };

/** Fetches the model and counts its files' bytes. */
export async function fetchModel(): Promise<{ model: Model; bytes: number }> {
  const files = await Promise.all(Object.entries(addresses).map(async ([name, address]) => [name, await fetchFile(address)] as const));
  const model = await loadModel(memoryFiles(Object.fromEntries(files), 'mini-gpt2-medium'));
  return { model, bytes: files.reduce((sum, [, { size }]) => sum + size, 0) };
}

async function fetchFile(address: string): Promise<Blob> {
  const response = await fetch(address);
  if (response.ok) return response.blob();
  throw new Error(`${address}: expected a file of the model, got status ${response.status}. Serve the whole folder that the build wrote.`);
}
