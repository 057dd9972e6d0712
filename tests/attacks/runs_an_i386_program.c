/* Tries: to write a program of i386 into its folder and run it; that one kills the victim.
   Held: it is not run, or SIGSYS ends it at its first call; the victim lives. */
#include "attack.h"
#include <elf.h>
#include <fcntl.h>
#include <sys/wait.h>

int main(int argc, char **argv) {
    int pid = victim_number(argc, argv, 1), status = 0;
    unsigned char code[] = {
        0xb8, 37, 0, 0, 0, 0xbb, 0, 0, 0, 0, 0xb9, 9, 0, 0, 0, 0xcd, 0x80, /* kill(pid, 9) */
        0x89, 0xc3, 0xb8, 1, 0, 0, 0, 0xcd, 0x80,                          /* exit(result) */
    };
    memcpy(code + 6, &pid, 4);
    struct { Elf32_Ehdr file; Elf32_Phdr part; unsigned char code[sizeof code]; } image = {
        .file = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
                 .e_type = ET_EXEC, .e_machine = EM_386, .e_version = EV_CURRENT,
                 .e_entry = 0x8048000 + 84, .e_phoff = 52, .e_ehsize = 52, .e_phentsize = 32, .e_phnum = 1},
        .part = {.p_type = PT_LOAD, .p_vaddr = 0x8048000, .p_filesz = sizeof image,
                 .p_memsz = sizeof image, .p_flags = PF_R | PF_X, .p_align = 4096},
    };
    memcpy(image.code, code, sizeof code);
    int file = open("i386", O_CREAT | O_WRONLY, 0700);
    if (file < 0 || write(file, &image, sizeof image) < 0)
        return must_fail(-1, "");
    close(file);
    if (fork() == 0) {
        execl("./i386", "i386", NULL);
        _exit(errno);
    }
    wait(&status);
    if (WIFSIGNALED(status))
        return held(strsignal(WTERMSIG(status)));
    errno = WEXITSTATUS(status) > 127 ? 256 - WEXITSTATUS(status) : WEXITSTATUS(status);
    return must_fail(errno ? -1 : 0, "a program of i386 has killed");
}
