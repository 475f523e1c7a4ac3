#pragma once
// `unroll [FILE] [options]`: the app in a window. Returns the exit status.

int desktop_main(int argc, char **argv);
