#!/usr/bin/env node
/** What the compiler leaves out of dist/: the sandbox's page, and that the command can be run. */
import { chmodSync, cpSync } from 'node:fs';

cpSync('src/sandbox/page/web', 'dist/sandbox/page/web', { recursive: true });
chmodSync('dist/main.js', 0o755);
