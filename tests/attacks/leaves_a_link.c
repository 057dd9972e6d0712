/* Tries: to have the check remove somebody's folder, or change its mode, by a link that it leaves.
   Held: the victim's folder, its files and its mode are as they were; the link is gone. */
#include "attack.h"

int main(int argc, char **argv) {
    int left = symlink(victim(argc, argv, 1), "folder") | symlink("/", "root") | symlink("link", "link");
    return left < 0 ? must_fail(left, "") : tried("links");
}
