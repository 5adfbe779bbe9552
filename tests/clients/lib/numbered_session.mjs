import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { kLong } from './deadlines.mjs';
import { modernMeta } from './mcp.mjs';

// A session as the proxy keeps it, spoken by hand on the socket: hello, then numbered lines.
export class NumberedSession {
  constructor(channel, id = randomBytes(16).toString('hex')) {
    this.channel = channel;
    this.id = id;
  }

  /// Says hello and gives the result.
  async hello() {
    const params = {
      protocol: 1,
      build: '0.1.0+1.a',
      session: this.id,
      pid: process.pid,
      cwd: '/',
      client: 'test',
    };
    await this.channel.write(
      `${JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'governor/hello', params })}\n`,
    );
    const answer = (await this.channel.lines.take(kLong, 'answers hello')).toString();
    const { result } = JSON.parse(answer);
    assert.equal(result?.protocol, 1, answer);
    assert.equal(result.limits.line_bytes, 8 * 1024 * 1024);
    return result;
  }

  /// Calls a tool in 2026-07-28 by the line `number` and gives its structured result.
  async call(number, name, given) {
    const params = { name, arguments: given, _meta: modernMeta() };
    const message = { jsonrpc: '2.0', id: `n${number}`, method: 'tools/call', params };
    await this.channel.write(`${number} ${JSON.stringify(message)}\n`);
    const answer = (await this.channel.lines.take(kLong, `answers line ${number}`)).toString();
    assert.ok(answer.startsWith(`${number} {`), answer);
    const { result } = JSON.parse(answer.slice(`${number} `.length));
    assert.ok(result && !result.isError, `${name}: ${answer}`);
    return result.structuredContent;
  }
}
