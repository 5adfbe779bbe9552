import htm from 'htm';
import { h } from 'preact';

/// What comes from agents goes into these templates as values, so it is text and never markup.
export const html = htm.bind(h);
