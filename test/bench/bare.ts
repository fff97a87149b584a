/** What the webhook is held against: node:http alone, reading and checking the same body, keeping nothing. */
import { createServer, type IncomingMessage } from 'node:http';
import { purchaseSchema } from '../../api/shapes/purchase.ts';

const answer = JSON.stringify({
  id: 'pur_01KANW6Q3J8X5T0G9R2B7C4D6E',
  customer: 'cus_01KANW6Q3J8X5T0G9R2B7C4D6E',
  points: { earned: 47, pending: 0, spent: 0, balance: 312 },
});

async function read(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

const server = createServer(async (request, response) => {
  const body = purchaseSchema.safeParse(await read(request));
  response.writeHead(body.success ? 201 : 422, { 'content-type': 'application/json' });
  response.end(answer);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  process.send?.({ port: address.port, key: '' });
});
process.on('disconnect', () => process.exit());
