#pragma once
// The command line, as docs/cli.md says. Returns the exit status: 0 done, 1 the input or the run failed, 2 the words
// of the command are wrong.

int cli_main(int argc, char **argv);
