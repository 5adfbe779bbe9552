import assert from 'node:assert/strict';

// A parent of its own: what runs below the test itself would count as the same program.
const kParent = ['/bin/sh', '-c', '"$@"; exit $?', 'sh'];

/// A session that holds files, as another agent would.
export class Holder {
  #leases = [];

  static async start(world) {
    const holder = new Holder();
    holder.client = world.proxied('holder', { through: kParent });
    await holder.client.initialize('2025-06-18');
    return holder;
  }

  async call(name, given) {
    const { result } = await this.client.request('tools/call', { name, arguments: given });
    assert.ok(!result.isError, result.content?.[0]?.text);
    return result.structuredContent;
  }

  async hold(file) {
    // Whoever had it before may just have ended, and could come back for a moment.
    const wish = { paths: [file], ttl_seconds: 600, wait_seconds: 8, reason: 'a test' };
    const got = await this.call('request_write', wish);
    assert.equal(got.status, 'granted');
    this.#leases.push(got.lease);
  }

  async release() {
    for (const lease of this.#leases.splice(0)) await this.call('release_write', { lease });
  }
}
