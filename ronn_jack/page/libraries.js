// The libraries in vendor/, which are scripts that leave their names on the window, as one module.

const { preact, preactHooks, preactSignals, htm } = window;

export const { render, Fragment } = preact;
export const { useEffect, useLayoutEffect, useRef, useState } = preactHooks;
export const { signal, computed, batch, effect } = preactSignals;
export const html = htm.bind(preact.h);
