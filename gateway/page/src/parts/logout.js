// The ways out: of this browser, and of every one.
import { leave } from '../net/live.js';
import { logOut } from '../net/rpc.js';
import { ask } from './dialog.js';

export function leaveThisBrowser() {
  ask({
    title: 'Log out',
    text: 'This browser needs another link of governorctl dashboard then. Agents and programs go on.',
    confirm: 'Log out',
    run: async () => {
      await logOut();
      leave();
    },
  });
}

export function leaveEverywhere() {
  ask({
    title: 'Log out every browser',
    text: 'Each needs another link of governorctl dashboard then, this one too. Agents and programs go on.',
    confirm: 'Log out every browser',
    danger: true,
    run: async () => {
      await logOut(true);
      leave();
    },
  });
}
