#include "folder_look.h"

#include "mem.h"
#include "reader.h"
#include "str.h"
#include "text_encoding.h"
#include "thread.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { HEAD = 4096 }; // bytes that are looked at

const char *const entry_words[ENTRY_KINDS] = {
    [ENTRY_UNKNOWN] = "",       [ENTRY_FOLDER] = "",
    [ENTRY_DATA] = "",          [ENTRY_ARRAY] = "array",
    [ENTRY_MODEL] = "model",    [ENTRY_LESSON] = "lesson",
    [ENTRY_EMPTY] = "empty",    [ENTRY_CLOSED] = "no permission",
    [ENTRY_BINARY] = "no text", [ENTRY_NO_LESSON] = "no lesson",
    [ENTRY_GONE] = "gone",      [ENTRY_SPECIAL] = "no file",
};

struct folder_look {
    char *path;
    struct thread *thread;
    atomic_bool stop, listed, done;
    struct file_list list; // the worker's until `listed`, then read-only
    struct err err;
    bool good;
    int texts;
    atomic_uchar *kinds; // enum entry_kind, an entry each
    void (*wake)(void *context);
    void *context;
};

static bool go_on(void *context) {
    return !atomic_load(&((struct folder_look *)context)->stop);
}

// What was read of a file that goes on, up to the end of a character of UTF-8.
static size_t whole_characters(const char *head, size_t size) {
    if (size < HEAD) return size;
    size_t end = size;
    while (end > size - 4 && ((unsigned char)head[end - 1] & 0xc0) == 0x80)
        end--;
    if (end > size - 4 && (unsigned char)head[end - 1] >= 0xc0) end--;
    return end;
}

static bool is_text(const char *name, const char *head, size_t size) {
    struct decoded_text text;
    if (!text_decode(&text, name, head, size, ENCODING_AUTO, NULL)) return false;
    decoded_text_release(&text);
    return true;
}

static enum entry_kind kind_of_text(const char *name, const char *head, size_t size) {
    if (file_ends_with(name, ".md")) return memmem(head, size, "```lesson", 9) ? ENTRY_LESSON : ENTRY_NO_LESSON;
    bool text = is_text(name, head, whole_characters(head, size)) || is_text(name, head, size); // UTF-8, UTF-16
    return text ? ENTRY_DATA : ENTRY_BINARY;
}

static enum entry_kind look_at(const struct file_entry *entry, const char *path) {
    if (!entry->folder && !entry->regular) return file_exists(path) ? ENTRY_SPECIAL : ENTRY_GONE;
    if (access(path, entry->folder ? R_OK | X_OK : R_OK) != 0) return errno == ENOENT ? ENTRY_GONE : ENTRY_CLOSED;
    if (entry->folder) return ENTRY_FOLDER;
    if (entry->size == 0) return ENTRY_EMPTY;
    if (file_ends_with(entry->name, ".npy")) return ENTRY_ARRAY;
    if (file_ends_with(entry->name, ".safetensors")) return ENTRY_MODEL;
    char head[HEAD];
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t size = file >= 0 ? read(file, head, sizeof head) : -1;
    if (file >= 0) close(file);
    return size < 0 ? ENTRY_CLOSED : size == 0 ? ENTRY_EMPTY : kind_of_text(entry->name, head, (size_t)size);
}

static void wake(const struct folder_look *look) {
    if (look->wake) look->wake(look->context);
}

static void run(void *context) {
    struct folder_look *look = context;
    look->good = file_list_read(&look->list, look->path, go_on, look, &look->err);
    for (int k = 0; k < look->list.count; k++)
        look->texts += folder_takes(look->list.entries[k].name) && look->list.entries[k].regular;
    if (look->good) look->kinds = mem_need((size_t)look->list.count + 1, sizeof *look->kinds);
    atomic_store(&look->listed, true);
    wake(look);
    struct str path = {0};
    for (int k = 0; look->good && k < look->list.count && go_on(look); k++) {
        str_clear(&path);
        str_printf(&path, "%s/%s", look->path, look->list.entries[k].name);
        atomic_store(&look->kinds[k], (unsigned char)look_at(&look->list.entries[k], str_text(&path)));
    }
    str_release(&path);
    atomic_store(&look->done, true);
    wake(look);
}

struct folder_look *folder_look_start(const char *path, bool wait, void (*wake_up)(void *context), void *context) {
    struct folder_look *look = mem_need(1, sizeof *look);
    look->path = mem_copy_text(path);
    look->wake = wake_up;
    look->context = context;
    if (!wait) look->thread = thread_start(run, look);
    if (!look->thread) run(look);
    return look;
}

bool folder_look_done(const struct folder_look *look) {
    return atomic_load(&look->done);
}

const struct file_list *folder_look_list(const struct folder_look *look, struct err *err) {
    if (!atomic_load(&look->listed)) return NULL;
    if (!look->good && err) *err = look->err;
    return look->good ? &look->list : NULL;
}

enum entry_kind folder_look_kind(const struct folder_look *look, int entry) {
    return (enum entry_kind)atomic_load(&look->kinds[entry]);
}

int folder_look_texts(const struct folder_look *look) {
    return atomic_load(&look->listed) ? look->texts : 0;
}

void folder_look_stop(struct folder_look *look) {
    atomic_store(&look->stop, true);
}

void folder_look_free(struct folder_look *look) {
    if (!look) return;
    folder_look_stop(look);
    if (look->thread) thread_join(look->thread);
    file_list_release(&look->list);
    mem_free((void *)look->kinds);
    mem_free(look->path);
    mem_free(look);
}
