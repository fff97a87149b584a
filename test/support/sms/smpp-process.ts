/**
 * The SMPP server as a process of its own, for tests that kill it. Prints its port; tells of every SMS at once that it
 * was delivered, before it answers that it took it. Arguments: the port (0: a free one), the first id.
 */
import { startFakeSmpp } from './smpp.ts';

const [port = '0', firstId = '1'] = process.argv.slice(2);
const server = await startFakeSmpp({ port: Number(port), firstId: Number(firstId) });
server.onSubmit((id, to) => void server.report(id, to, 'delivered', { form: 'text' }));
console.log(server.port);
