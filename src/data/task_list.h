#pragma once
// The built-in tasks: a line here and a file tasks/NAME.c with `const struct task task_NAME`.
#define TASK_LIST(TASK) TASK(copy)
