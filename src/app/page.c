#include "page.h"

#include <string.h>

extern const struct page page_lessons, page_workbench, page_train;

static const struct page *const pages[PAGE_COUNT] = {[PAGE_LESSONS] = &page_lessons,
                                                     [PAGE_WORKBENCH] = &page_workbench,
                                                     [PAGE_TRAIN] = &page_train,
                                                     [PAGE_DATA] = &page_data};

int page_count(void) {
    return PAGE_COUNT;
}

const struct page *page_get(int index) {
    return pages[index];
}

int page_find(const char *name) {
    for (int k = 0; k < PAGE_COUNT; k++)
        if (!strcmp(pages[k]->name, name)) return k;
    return -1;
}
