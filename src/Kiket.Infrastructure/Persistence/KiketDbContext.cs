using Kiket.Application.Abstractions;
using Kiket.Domain.Common;
using Kiket.Domain.Definitions;
using Kiket.Domain.Issues;
using Kiket.Domain.Milestones;
using Kiket.Domain.Notifications;
using Kiket.Domain.Organizations;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Idempotency;
using Kiket.Infrastructure.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// The one model of all three databases. Each database has a class of its own below, because EF Core finds a set of
/// migrations by the class of the context.
/// </summary>
public abstract class KiketDbContext(DbContextOptions options) : DbContext(options), IKiketDb
{
    /// <summary>Name of the query filter that hides other organizations' rows.</summary>
    public const string TenantFilter = "tenant";

    /// <summary>Whose rows are visible. The context is pooled, so this is set each time it is taken.</summary>
    internal CurrentActor? CurrentActor { get; set; }

    /// <summary>Whom to wake once events are committed.</summary>
    internal OutboxSignal? OutboxSignal { get; set; }

    public DbSet<Organization> Organizations => Set<Organization>();

    public DbSet<User> Users => Set<User>();

    public DbSet<AccessToken> AccessTokens => Set<AccessToken>();

    public DbSet<Invitation> Invitations => Set<Invitation>();

    public DbSet<Project> Projects => Set<Project>();

    public DbSet<ProjectMember> ProjectMembers => Set<ProjectMember>();

    public DbSet<Workflow> Workflows => Set<Workflow>();

    public DbSet<Issue> Issues => Set<Issue>();

    public DbSet<IssueChange> IssueChanges => Set<IssueChange>();

    public DbSet<Comment> Comments => Set<Comment>();

    public DbSet<Approval> Approvals => Set<Approval>();

    public DbSet<ChecklistMark> ChecklistMarks => Set<ChecklistMark>();

    public DbSet<Milestone> Milestones => Set<Milestone>();

    public DbSet<DefinitionFile> DefinitionFiles => Set<DefinitionFile>();

    public DbSet<Notification> Notifications => Set<Notification>();

    public DbSet<OutboxMessage> OutboxMessages => Set<OutboxMessage>();

    public DbSet<IdempotencyRecord> IdempotencyRecords => Set<IdempotencyRecord>();

    /// <summary>Whether events were saved since the last commit.</summary>
    private bool hasEvents;

    private long OrganizationId => CurrentActor?.OrganizationId ?? 0;

    public async Task<Result<T>> InTransactionAsync<T>(Func<Task<Result<T>>> work, CancellationToken ct)
    {
        // Inside another transaction (that of an idempotency key) a savepoint does what a transaction does outside one.
        const string savepoint = "work";
        var outer = Database.CurrentTransaction;
        var transaction = outer ?? await Database.BeginTransactionAsync(ct);
        try
        {
            if (outer is not null)
                await outer.CreateSavepointAsync(savepoint, ct);

            var result = await work();
            var isKept = result.Error is null or { IsPending: true };
            if (outer is null && isKept)
                await transaction.CommitAsync(ct);
            else if (outer is not null && !isKept)
                await outer.RollbackToSavepointAsync(savepoint, ct);
            return result;
        }
        catch when (outer is not null)
        {
            await outer.RollbackToSavepointAsync(savepoint, CancellationToken.None);
            throw;
        }
        finally
        {
            if (outer is null)
                await transaction.DisposeAsync();
        }
    }

    /// <summary>Applies the migrations that are missing.</summary>
    public async Task MigrateAsync(CancellationToken ct)
    {
        await Database.MigrateAsync(ct);

        // Without a write-ahead log a commit fails while somebody reads. The file remembers it.
        if (Database.IsSqlite())
            await Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", ct);
    }

    /// <summary>Wakes the outbox after a commit that has brought it something.</summary>
    internal void OnCommitted()
    {
        if (hasEvents)
            OutboxSignal?.Wake();
        hasEvents = false;
    }

    public void Forget() => ChangeTracker.Clear();

    public bool IsUniqueViolation(DbUpdateException failure) => DatabaseFailure.IsUniqueViolation(failure);

    public bool IsLostRace(Exception failure) => DatabaseFailure.IsLostRace(failure);

    /// <summary>Saves what has changed, and with it every event, as a message of the outbox.</summary>
    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        var roots = ChangeTracker.Entries<AggregateRoot>().Select(e => e.Entity).Where(r => r.DomainEvents.Count > 0).ToList();
        foreach (var root in roots)
        {
            OutboxMessages.AddRange(root.DomainEvents.Select(e => OutboxMessage.For(root, e, CurrentActor?.CauseDepth ?? 0)));
            root.ClearDomainEvents();
        }

        hasEvents |= roots.Count > 0;
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    public override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("Kiket saves asynchronously only.");

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        Conversions.Configure(configurationBuilder, Database.ProviderName!);

        // An index of each foreign key would serve deletes of its target, which hardly ever happen, and cost every insert.
        configurationBuilder.Conventions.Remove<ForeignKeyIndexConvention>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(KiketDbContext).Assembly);
        BelongsToOrganization<User>(modelBuilder);
        BelongsToOrganization<AccessToken>(modelBuilder);
        BelongsToOrganization<Invitation>(modelBuilder);
        BelongsToOrganization<Project>(modelBuilder);
        BelongsToOrganization<ProjectMember>(modelBuilder);
        BelongsToOrganization<Workflow>(modelBuilder);
        BelongsToOrganization<Issue>(modelBuilder);
        BelongsToOrganization<IssueChange>(modelBuilder);
        BelongsToOrganization<Comment>(modelBuilder);
        BelongsToOrganization<Approval>(modelBuilder);
        BelongsToOrganization<ChecklistMark>(modelBuilder);
        BelongsToOrganization<Milestone>(modelBuilder);
        BelongsToOrganization<DefinitionFile>(modelBuilder);
        BelongsToOrganization<Notification>(modelBuilder);
        BelongsToOrganization<OutboxMessage>(modelBuilder);
        modelBuilder.Entity<Issue>().HasQueryFilter(IKiketDb.NotDeletedFilter, i => i.DeletedAt == null);

        // Nothing is deleted as a side effect; and SQL Server refuses several cascades to one table.
        foreach (var key in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetForeignKeys()))
            key.DeleteBehavior = DeleteBehavior.Restrict;

        // A comment may be deleted while its event still waits.
        modelBuilder.Entity<OutboxMessage>().HasOne(m => m.Comment).WithMany().OnDelete(DeleteBehavior.SetNull);
    }

    private void BelongsToOrganization<T>(ModelBuilder modelBuilder)
        where T : class
    {
        modelBuilder.Entity<T>().HasOne<Organization>().WithMany().HasForeignKey(nameof(AggregateRoot.OrganizationId));
        modelBuilder.Entity<T>().HasQueryFilter(TenantFilter, e => EF.Property<long>(e, nameof(AggregateRoot.OrganizationId)) == OrganizationId);
    }
}

public sealed class SqliteKiketDbContext(DbContextOptions<SqliteKiketDbContext> options) : KiketDbContext(options);

public sealed class PostgreSqlKiketDbContext(DbContextOptions<PostgreSqlKiketDbContext> options) : KiketDbContext(options);

public sealed class SqlServerKiketDbContext(DbContextOptions<SqlServerKiketDbContext> options) : KiketDbContext(options);
