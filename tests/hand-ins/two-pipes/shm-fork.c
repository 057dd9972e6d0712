/* shm-fork: two processes talk through a segment. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

#define KEY 1001
#define SIZE 512

/* At exit: what was printed is written, or the user is told. */
static void flush(void)
{
    if (ferror(stdout) || fflush(stdout) != 0) {
        perror("write");
        _exit(1);
    }
}

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

/* Marked at once, the segment goes with the last process, however that ends. */
static char *attach_and_mark(int shmid)
{
    char *memory = shmat(shmid, NULL, 0);
    int error = errno;

    if (shmctl(shmid, IPC_RMID, NULL) < 0 && memory != (char *) -1) {
        perror("shmctl");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    errno = error;
    return memory;
}

static char *attach_new(int shmid)
{
    char *memory;

    if (shmid < 0)
        fail("shmget");
    memory = attach_and_mark(shmid);
    if (memory == (char *) -1)
        fail("shmat");
    return memory;
}

static int is_gone(void)
{
    return errno == ENOENT || errno == EINVAL || errno == EIDRM;
}

/* The key's segment, if its maker is dead and nobody else has taken it; else NULL. */
static char *take_leftover(int *shmid)
{
    struct shmid_ds state;
    char *memory;

    *shmid = shmget(KEY, SIZE, 0666);
    if (*shmid < 0 && errno == ENOENT)
        return NULL;
    if (*shmid < 0)
        fail("shmget");
    if (shmctl(*shmid, IPC_STAT, &state) < 0) {
        if (is_gone())
            return NULL;
        fail("shmctl");
    }
    if (state.shm_cpid == 0 || kill(state.shm_cpid, 0) == 0 || errno != ESRCH)
        return NULL;
    memory = attach_and_mark(*shmid);
    if (memory == (char *) -1) {
        if (is_gone())
            return NULL;
        fail("shmat");
    }
    if (shmctl(*shmid, IPC_STAT, &state) < 0)
        fail("shmctl");
    if (state.shm_nattch == 1)
        return memory;
    if (shmdt(memory) < 0)
        fail("shmdt");
    return NULL;
}

static char *find_segment(int *shmid)
{
    char *memory;

    *shmid = shmget(KEY, SIZE, IPC_CREAT | IPC_EXCL | 0666);
    if (*shmid < 0 && errno == EEXIST) {
        memory = take_leftover(shmid);
        if (memory != NULL)
            return memory;
        *shmid = shmget(IPC_PRIVATE, SIZE, 0600);
    }
    return attach_new(*shmid);
}

/* No pipe may get the number of a standard stream that is closed. */
static void fill_standard_streams(void)
{
    int file;

    do
        file = open("/dev/null", O_RDONLY);
    while (file >= 0 && file <= 2);
    if (file >= 0)
        close(file);
}

static void pass_turn(int end)
{
    char turn = 0;

    if (write(end, &turn, 1) < 0) {
        if (errno == EPIPE)
            exit(1); /* the parent tells of the dead one */
        fail("write");
    }
}

static void wait_for_turn(int end)
{
    char turn;
    ssize_t length = read(end, &turn, 1);

    if (length < 0)
        fail("read");
    if (length == 0)
        exit(1);
}

static int wait_for(pid_t child, const char *name)
{
    int status;

    if (waitpid(child, &status, 0) < 0) {
        perror("wait");
        return 1;
    }
    if (WIFSIGNALED(status))
        fprintf(stderr, "%s died of signal %d\n", name, WTERMSIG(status));
    return status != 0;
}

int main(void)
{
    int shmid, to_1[2], to_2[2], status;
    char *memory;
    pid_t child_1, child_2;

    fill_standard_streams();
    atexit(flush);
    signal(SIGCHLD, SIG_DFL);
    memory = find_segment(&shmid);
    if (pipe(to_1) < 0 || pipe(to_2) < 0)
        fail("pipe");

    child_2 = fork();
    if (child_2 < 0)
        fail("fork");
    if (child_2 == 0) {
        close(to_1[0]);
        close(to_2[1]);
        wait_for_turn(to_2[0]);
        printf("Process 2 : Received : %s\n", memory);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        flush();
        pass_turn(to_1[1]);
        if (shmdt(memory) < 0)
            fail("shmdt");
        exit(0);
    }
    close(to_1[1]);
    close(to_2[0]);

    child_1 = fork();
    if (child_1 < 0)
        perror("fork");
    if (child_1 == 0) {
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        printf("Process 1 : Written data to shared memory\n");
        pass_turn(to_2[1]);
        close(to_2[1]);
        wait_for_turn(to_1[0]);
        printf("Process 1 : Responce -> %s\n", memory);
        if (shmdt(memory) < 0)
            fail("shmdt");
        exit(0);
    }
    close(to_1[0]);
    close(to_2[1]);

    status = wait_for(child_2, "process 2");
    if (child_1 < 0 || wait_for(child_1, "process 1") != 0)
        status = 1;
    if (shmdt(memory) < 0)
        fail("shmdt");
    return status;
}
