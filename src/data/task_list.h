#pragma once
// The built-in tasks: a line here, a file tasks/NAME.c with `const struct task task_NAME`, and its name in meson.build.
// clang-format off
#define TASK_LIST(TASK) \
    TASK(adding) \
    TASK(copy) \
    TASK(echo) \
    TASK(music) \
    TASK(parity) \
    TASK(reber) \
    TASK(anbncn) \
    TASK(sine) \
    TASK(speech) \
    TASK(sums) \
    TASK(video)
// clang-format on
