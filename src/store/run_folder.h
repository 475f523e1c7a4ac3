#pragma once
// The files of a run that is kept (docs/formats.md), without what stands in them: lines that are only ever appended,
// checkpoints of which the one before stays until the next is whole, a lock against a second program. Whatever moment
// the program is killed at, what was there before is there still. One thread at a time.

#include "err.h"
#include <stdint.h>

enum { RUN_FOLDER_PATH = 1024 };
// FOLDER/NAME, or FOLDER/model-2/NAME for k = 1; k < 0: of the folder itself. name NULL: the folder alone.
void run_path(const char *folder, int k, const char *name, char out[RUN_FOLDER_PATH]);
bool run_folder_exists(const char *folder); // settings are there
// The folder with room for so many models. It may be there, when nothing is kept in it.
bool run_folder_make(const char *folder, int models, struct err *err);

// Where experiments are kept unless a folder is given: $XDG_DATA_HOME/unroll/experiments, else
// ~/.local/share/unroll/experiments; false where there is no home.
bool run_home(char out[RUN_FOLDER_PATH]);
// Whether a folder can be called so: 1 to 100 bytes of UTF-8 in one line, no '/', no '.' first.
bool run_name_check(const char *name, struct err *err);
// HOME/NAME, or HOME/NAME 2 and so on: the first that is not there.
void run_free_path(const char *home, const char *name, char out[RUN_FOLDER_PATH]);
// The names of the folders in `home` that hold a run, in the order of their bytes; count -1 with err. Freed by
// run_names_free().
struct run_names {
    char **names;
    int count;
};
struct run_names run_names_read(const char *home, struct err *err);
void run_names_free(struct run_names *names);
// To another name beside it; false where that is taken. to: the new path.
bool run_rename(const char *folder, const char *name, char to[RUN_FOLDER_PATH], struct err *err);
// Removes what is the run's own; a folder with other files stays, and that is said.
bool run_remove(const char *folder, struct err *err);
int64_t run_changed(const char *folder); // seconds since 1970 of the last change of what is kept; 0 = not known

// --- one program at a time ---
// At most one program goes on with a run; the lock ends with the program, however that ends. -1 with err (ERR_VALUE)
// while another has it.
int run_lock(const char *folder, struct err *err);
void run_unlock(int lock); // -1: nothing
bool run_locked(const char *folder);

// --- lines ---
// Writes at byte `*size` of the file what is there, flushed to disk; what is behind it goes first. On failure *size
// stays: the same can be tried again.
bool run_append(const char *path, int64_t *size, const char *text, size_t length, struct err *err);
bool run_cut(const char *path, int64_t size, struct err *err); // a file that is not there is cut already

// --- checkpoints ---
// Three places: the newest, the one before, and one that is written. A checkpoint is written into the third for every
// model; when all are whole, run_turn() makes them the newest.
enum run_place { RUN_NEWEST, RUN_PREVIOUS, RUN_WRITTEN, RUN_PLACES };
extern const char *const run_places[RUN_PLACES]; // "checkpoint.safetensors" ...
extern const char run_best[];                    // "best.safetensors"
bool run_turn(const char *folder, int models, struct err *err);
// The checkpoint in `place` becomes the newest; what was written and is not it goes, with what killed programs left.
bool run_settle(const char *folder, int k, enum run_place place, struct err *err);
bool run_forget(const char *folder, int k, struct err *err); // all checkpoints go
