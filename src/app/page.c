#include "page.h"

#include <string.h>

extern const struct page page_workbench, page_train;

static const struct page *const pages[] = {&page_workbench, &page_train};
enum { PAGES = sizeof pages / sizeof *pages };

int page_count(void) {
    return PAGES;
}

const struct page *page_get(int index) {
    return pages[index];
}

int page_find(const char *name) {
    for (int k = 0; k < PAGES; k++)
        if (!strcmp(pages[k]->name, name)) return k;
    return -1;
}
