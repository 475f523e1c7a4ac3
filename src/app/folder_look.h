#pragma once
// A folder read in a worker: what lies in it, and what each of it can be opened as, found out from names and from the
// first bytes of the files. The interface thread asks; nothing waits for the disk but folder_look_free().

#include "file.h"

enum entry_kind {
    ENTRY_UNKNOWN, // not looked at yet
    ENTRY_FOLDER,
    ENTRY_DATA,
    ENTRY_ARRAY,  // .npy: data as well
    ENTRY_MODEL,  // .safetensors
    ENTRY_LESSON, // .md with a lesson in it
    ENTRY_EMPTY,  // from here on: nothing that can be opened
    ENTRY_CLOSED, // it may not be read
    ENTRY_BINARY,
    ENTRY_NO_LESSON,
    ENTRY_GONE,    // a link that leads nowhere, or the file has gone
    ENTRY_SPECIAL, // a pipe, a device
    ENTRY_KINDS
};
extern const char *const entry_words[ENTRY_KINDS]; // a word or two for the list; "" where the name says enough

struct folder_look;
// wait: it is read before this returns. wake is called from the worker when there is something new; may be NULL.
struct folder_look *folder_look_start(const char *path, bool wait, void (*wake)(void *context), void *context);
bool folder_look_done(const struct folder_look *look);
// NULL until it is listed, and where it could not be: then err says why.
const struct file_list *folder_look_list(const struct folder_look *look, struct err *err);
enum entry_kind folder_look_kind(const struct folder_look *look, int entry);
int folder_look_texts(const struct folder_look *look); // files that the reader of folders would read
void folder_look_stop(struct folder_look *look);       // asks it to end
void folder_look_free(struct folder_look *look);       // waits for its end
