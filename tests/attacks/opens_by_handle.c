/* Tries: to open a private file by its handle, past all folders (root's open_by_handle_at).
   Held: EPERM or ENOSYS. */
#include "attack.h"
#include <fcntl.h>

int main(int argc, char **argv) {
    union { struct file_handle head; char room[sizeof(struct file_handle) + MAX_HANDLE_SZ]; } handle;
    int mount, folder = open(".", O_RDONLY); /* any descriptor on the same disk */
    handle.head.handle_bytes = MAX_HANDLE_SZ;
    if (name_to_handle_at(AT_FDCWD, victim(argc, argv, 1), &handle.head, &mount, 0) < 0)
        return must_fail(-1, "");
    return must_fail(open_by_handle_at(folder, &handle.head, O_RDONLY), "opened by its handle");
}
