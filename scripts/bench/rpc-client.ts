/**
 * The client of the JSON-RPC benchmark, in a process of its own: submits prepared bodies over keep-alive connections,
 * each the next as soon as its last is answered, and says how long all took.
 */
import { Agent, request } from 'node:http';

export interface ClientJob {
  url: string;
  /** Requests, in order. */
  bodies: string[];
  connections: number;
}

export interface ClientDone {
  seconds: number;
  /** Transactions answered with a hash. */
  accepted: number;
  /** The first answer that was not, when there was one. */
  refusal: string | undefined;
}

interface Answer {
  result?: string;
  error?: { message: string };
}

function post(url: string, agent: Agent, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('end', () => resolve(text));
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

async function run({ url, bodies, connections }: ClientJob): Promise<ClientDone> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const texts: string[] = [];
  let next = 0;
  const startMs = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (next < bodies.length) texts.push(await post(url, agent, bodies[next++]!));
    }),
  );
  const seconds = (performance.now() - startMs) / 1000;
  agent.destroy();
  const answers = texts.flatMap((text) => JSON.parse(text) as Answer | Answer[]);
  return {
    seconds,
    accepted: answers.filter(({ result }) => result !== undefined).length,
    refusal: answers.find(({ error }) => error !== undefined)?.error?.message,
  };
}

process.on('message', (job: ClientJob) => {
  void run(job).then((done) => process.send!(done));
});
