/* shm-fork: two processes talk through a segment. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* At exit, whatever the reason: what was printed is written, or the user is told. */
static void flush(void)
{
    if (ferror(stdout) || fflush(stdout) != 0) {
        perror("write");
        _exit(1);
    }
}

static _Noreturn void fail(const char *call)
{
    perror(call);
    exit(1);
}

static void detach(char *memory)
{
    if (shmdt(memory) < 0)
        fail("shmdt");
}

/* Attaches a segment that nobody else needs; its last detach or death frees it. */
static char *attach_and_remove(int shmid)
{
    char *memory = (char *) shmat(shmid, NULL, 0);
    int error = errno;

    if (shmctl(shmid, IPC_RMID, NULL) < 0 && memory != (char *) -1) {
        error = errno;
        shmctl(shmid, IPC_RMID, NULL); /* once more, or it stays */
        errno = error;
        fail("shmctl");
    }
    errno = error;
    return memory;
}

static char *attach_new(int shmid)
{
    char *memory;

    if (shmid < 0)
        fail("shmget");
    memory = attach_and_remove(shmid);
    if (memory == (char *) -1)
        fail("shmat");
    return memory;
}

/*
 * For level hard: the key has a segment already. If its maker is dead and no
 * other process has attached it, it is ours; else gives NULL.
 */
static char *claim_leftover(key_t key, int *shmid)
{
    struct shmid_ds stat;
    char *memory;

    *shmid = shmget(key, 512, 0666);
    if (*shmid < 0 && errno == ENOENT)
        return NULL;
    if (*shmid < 0)
        fail("shmget");
    if (shmctl(*shmid, IPC_STAT, &stat) < 0) {
        if (errno == EINVAL || errno == EIDRM)
            return NULL; /* gone meanwhile */
        fail("shmctl");
    }
    /* The number 0 is a maker in another PID namespace: it counts as running. */
    if (kill(stat.shm_cpid, 0) == 0 || errno != ESRCH)
        return NULL;
    memory = attach_and_remove(*shmid);
    if (memory == (char *) -1) {
        if (errno == EINVAL || errno == EIDRM)
            return NULL;
        fail("shmat");
    }
    if (shmctl(*shmid, IPC_STAT, &stat) < 0)
        fail("shmctl");
    if (stat.shm_nattch == 1)
        return memory;
    detach(memory);
    return NULL;
}

/* Where a standard stream was closed, its number must not go to a socket. */
static int apart(int end)
{
    int copy;

    if (end > 2)
        return end;
    copy = fcntl(end, F_DUPFD, 3);
    if (copy < 0)
        fail("fcntl");
    close(end);
    return copy;
}

/* Where the other process is dead, it is the parent who tells. */
static void turn_failed(int end, const char *call)
{
    struct pollfd other = { end, 0, 0 };
    int error = errno;

    if ((error == EPIPE || error == ECONNRESET) && poll(&other, 1, 0) > 0)
        exit(1);
    errno = error;
    fail(call);
}

static void pass_turn(int end)
{
    if (send(end, "", 1, MSG_NOSIGNAL) < 0)
        turn_failed(end, "send");
}

static void wait_for_turn(int end)
{
    char turn;
    ssize_t length = read(end, &turn, 1);

    if (length < 0)
        turn_failed(end, "read");
    if (length == 0)
        exit(1);
}

/* Gives 0 if the child ended well; a death by a signal is told. */
static int wait_for(pid_t child, const char *name)
{
    int status;

    if (waitpid(child, &status, 0) < 0) {
        perror("wait");
        return 1;
    }
    if (WIFSIGNALED(status))
        fprintf(stderr, "%s: %s\n", name, strsignal(WTERMSIG(status)));
    return status != 0;
}

int main(void)
{
    key_t key = 1001;
    int shmid, ends[2], status;
    char *memory;
    pid_t child_1, child_2;

    atexit(flush);
    shmid = shmget(key, 512, IPC_CREAT | IPC_EXCL | 0666);
    if (shmid >= 0 || errno != EEXIST) {
        memory = attach_new(shmid);
    } else if ((memory = claim_leftover(key, &shmid)) == NULL) {
        shmid = shmget(IPC_PRIVATE, 512, 0600);
        memory = attach_new(shmid);
    }
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        fail("socketpair");
    ends[0] = apart(ends[0]);
    ends[1] = apart(ends[1]);
    signal(SIGCHLD, SIG_DFL); /* where it is ignored, nobody can be waited for */

    child_1 = fork();
    if (child_1 < 0)
        fail("fork");
    if (child_1 == 0) {
        close(ends[1]);
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        printf("Process 1 : Written data to shared memory\n");
        pass_turn(ends[0]);
        wait_for_turn(ends[0]);
        printf("Process 1 : Responce -> %.4096s\n", memory);
        detach(memory);
        exit(0);
    }
    close(ends[0]);
    child_2 = fork();
    if (child_2 < 0)
        perror("fork");
    if (child_2 == 0) {
        wait_for_turn(ends[1]);
        printf("Process 2 : Received : %.4096s\n", memory);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        flush(); /* these lines come first */
        pass_turn(ends[1]);
        detach(memory);
        exit(0);
    }
    close(ends[1]);

    status = wait_for(child_1, "process 1");
    if (child_2 > 0)
        status |= wait_for(child_2, "process 2");
    detach(memory);
    return status != 0 || child_2 < 0;
}
