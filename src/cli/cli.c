#include "cli.h"

#include "command.h"
#include "desktop.h"
#include <stdio.h>
#include <string.h>

const struct command *const commands[] = {&command_train,  &command_eval,        &command_sample, &command_trace,
                                          &command_check,  &command_render,      &command_lesson, &command_data,
                                          &command_export, &command_experiments, &command_bench,  NULL};

static void help(void) {
    printf("unroll [FILE] [options]        the app: on a text file, a model (.safetensors), a lesson (.md), or the "
           "lessons\n"
           "unroll COMMAND --help          what a command takes\n\nCommands\n");
    for (int k = 0; commands[k]; k++)
        printf("  %-8s %s\n", commands[k]->name, commands[k]->summary);
}

int cli_main(int argc, char **argv) {
    const char *first = argc > 1 ? argv[1] : "";
    if (!strcmp(first, "--version")) {
        printf("unroll %s\n", UNROLL_VERSION);
        return 0;
    }
    if (!strcmp(first, "--help") || !strcmp(first, "-h") || !strcmp(first, "help")) {
        help();
        return 0;
    }
    for (int k = 0; commands[k]; k++)
        if (!strcmp(commands[k]->name, first)) return commands[k]->run(commands[k], argc - 2, argv + 2);
    return desktop_main(argc - 1, argv + 1);
}
