#pragma once
// The built-in tasks: a line here, a file tasks/NAME.c with `const struct task task_NAME`, and its name in meson.build.
// clang-format off
#define TASK_LIST(TASK) \
    TASK(adding) \
    TASK(copy) \
    TASK(echo) \
    TASK(parity) \
    TASK(reber) \
    TASK(anbncn) \
    TASK(sine) \
    TASK(sums) \
    TASK(one) \
    TASK(sines) \
    TASK(codons) \
    TASK(promoter) \
    TASK(dates) \
    TASK(french) \
    TASK(sentiment) \
    TASK(agreement) \
    TASK(entities) \
    TASK(pear) \
    TASK(speech) \
    TASK(music) \
    TASK(video)
// clang-format on
