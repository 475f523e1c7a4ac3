#include "command.h"

#include "thread.h"
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int command_fail(const struct err *err) {
    char text[1024];
    err_format(err, text, sizeof text);
    fprintf(stderr, "unroll: %s\n", text);
    return err->code == ERR_USAGE ? 2 : 1;
}

void command_json(json_t *object) {
    json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(object);
}

json_t *json_number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

int command_parse(const struct command *command, const struct option *const *tables, int table_count, int argc,
                  char **argv, const char **words, int max, struct common *common, int *status) {
    struct err err = {0};
    int count = options_parse(tables, table_count, argc, argv, words, max, &err);
    if (common->help) {
        printf("unroll %s %s\n%s\n", command->name, command->synopsis, command->summary);
        if (command->details) printf("\n%s\n", command->details);
        options_help(tables, table_count);
        *status = 0;
        return -1;
    }
    if (count < 0) *status = command_fail(&err);
    return count;
}

void progress_start(struct progress_line *line, bool quiet) {
    *line = (struct progress_line){.on = !quiet && isatty(STDERR_FILENO), .start = clock_seconds()};
}

void progress_show(struct progress_line *line, double fraction, const char *format, ...) {
    double now = clock_seconds();
    if (!line->on || now - line->shown < 0.1) return;
    line->shown = now;
    char bar[31] = "", left[32] = "";
    int full = (int)(fraction * 30);
    for (int k = 0; k < 30; k++)
        bar[k] = k < full ? '#' : '.';
    if (fraction > 0) {
        double seconds = (now - line->start) * (1 - fraction) / fraction;
        snprintf(left, sizeof left, "%d:%02d left", (int)seconds / 60, (int)seconds % 60);
    }
    fprintf(stderr, "\r\033[K[%.30s] %3.0f%%  ", bar, fraction * 100);
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "  %s", left);
    fflush(stderr);
}

void progress_end(struct progress_line *line) {
    if (line->on && line->shown > 0) fprintf(stderr, "\r\033[K");
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number) {
    if (interrupted) _exit(128 + number);
    interrupted = 1;
}

void interrupt_watch(void) {
    struct sigaction action = {.sa_handler = on_interrupt};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool interrupt_asked(void) {
    return interrupted != 0;
}
