// What a program writes to a terminal, without what only a terminal understands.

/// Control sequences (CSI), commands to the terminal (OSC), and escapes of one character.
const kSequences =
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-Z\\^_=><]/g;
const kControls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

export function plainText(text) {
  return text
    .replace(kSequences, '')
    .replaceAll('\r\n', '\n')
    .replace(/^.*\r(?!\n)/gm, '')
    .replace(kControls, '');
}
