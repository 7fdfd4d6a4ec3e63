import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Edge } from '../../src/signal/edge';

/** An edge that gives one answer, and what it was asked. */
async function answering(status: number, body: string, headers: Record<string, string> = {}) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { edge: new Edge(`http://127.0.0.1:${port}/`, 'jwt'), asked, server };
}

test('a refusal is an error with its code, message, detail and when to come back', async () => {
  const body = JSON.stringify({ code: 'no_node', message: '暂无可用的媒体节点 / No media node is available', detail: 'call c1' });
  const { edge, asked, server } = await answering(503, body, { 'Retry-After': '2' });
  await assert.rejects(edge.urls('c1'), { code: 'no_node', detail: 'call c1', status: 503, retryAfter: 2000, passes: true });
  assert.equal(asked[0]?.headers.authorization, 'Bearer jwt');
  assert.equal(asked[0]?.url, '/v1/calls/c1/urls');
  server.close();
});

test('what is none of the edge’s answers is told from a refusal', async () => {
  const { edge, server } = await answering(502, '<html>bad gateway</html>');
  await assert.rejects(edge.desks(), { code: 'answer', status: 502, passes: true });
  server.close();
  server.closeAllConnections();
  await assert.rejects(edge.desks(), { code: 'unreachable', passes: true });
});

test('names stand in paths as one segment', async () => {
  const { edge, asked, server } = await answering(200, '{"calls":[]}');
  await edge.calls({ desk: 'a b', limit: 3 });
  await edge.settings('../../x?y');
  assert.deepEqual(asked.map(({ url }) => url), ['/v1/calls?desk=a+b&limit=3', '/v1/desks/..%2F..%2Fx%3Fy']);
  server.close();
});

test('a socket offers the token as a subprotocol and never in its URL', () => {
  const { url, protocols } = new Edge('https://edge.example', 'jwt').socket('/v1/calls/c1/socket');
  assert.equal(url, 'wss://edge.example/v1/calls/c1/socket');
  assert.deepEqual(protocols, ['counterpart.v1', 'token.jwt']);
});
