/* Tries: to leave a program that runs as root, whoever starts it.
   Held: EPERM or ENOSYS, or the file is not root's; no such file is left. */
#include "attack.h"
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

int main(int argc, char **argv) {
    struct stat made;
    int from = open("/proc/self/exe", O_RDONLY);
    int to = open("root_shell", O_CREAT | O_WRONLY, 0700);
    if (sendfile(to, from, NULL, 1 << 20) < 0 || fchmod(to, 04755) < 0 || fstat(to, &made) < 0)
        return must_fail(-1, "");
    if (argc > 1 && rename("root_shell", argv[1]) == 0) /* where it stays */
        return got_out("it has left its folder");
    return made.st_uid == 0 && made.st_mode & S_ISUID ? got_out("a set-uid program") : held("not root's");
}
