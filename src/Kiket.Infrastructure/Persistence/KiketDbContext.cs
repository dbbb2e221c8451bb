using System.Diagnostics.CodeAnalysis;
using Kiket.Application.Abstractions;
using Kiket.Application.Sla;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Definitions;
using Kiket.Domain.Events;
using Kiket.Domain.Extensions;
using Kiket.Domain.Issues;
using Kiket.Domain.Milestones;
using Kiket.Domain.Notifications;
using Kiket.Domain.Organizations;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Idempotency;
using Kiket.Infrastructure.Outbox;
using Kiket.Infrastructure.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;
using Microsoft.EntityFrameworkCore.Storage;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// The one model of all three databases. Each database has a class of its own below, because EF Core finds a set of
/// migrations by the class of the context.
/// </summary>
public abstract class KiketDbContext(DbContextOptions options) : DbContext(options), IKiketDb
{
    /// <summary>Name of the query filter that hides other organizations' rows.</summary>
    public const string TenantFilter = "tenant";

    /// <summary>The events of the transaction so far; they get their places in the log when it commits.</summary>
    private readonly List<LoggedEvent> events = [];

    /// <summary>Whom to wake once events are committed.</summary>
    private OutboxSignal? signal;

    /// <summary>Whether the transaction has brought the log something.</summary>
    private bool hasEvents;

    /// <summary>Whether the next transaction stays open after its work.</summary>
    private bool holdsNext;

    /// <summary>Whose rows are visible.</summary>
    private CurrentActor? current;

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

    public DbSet<LoggedEvent> Events => Set<LoggedEvent>();

    public DbSet<Webhook> Webhooks => Set<Webhook>();

    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    public DbSet<WebhookAttempt> WebhookAttempts => Set<WebhookAttempt>();

    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();

    public DbSet<Extension> Extensions => Set<Extension>();

    public DbSet<ExtensionReport> ExtensionReports => Set<ExtensionReport>();

    public DbSet<StoredValue> StoredValues => Set<StoredValue>();

    public DbSet<ExtensionSecret> ExtensionSecrets => Set<ExtensionSecret>();

    public DbSet<ExtensionAuditEntry> ExtensionAuditEntries => Set<ExtensionAuditEntry>();

    public DbSet<SlaTimer> SlaTimers => Set<SlaTimer>();

    public DbSet<SlaEvent> SlaEvents => Set<SlaEvent>();

    public DbSet<CustomModule> CustomModules => Set<CustomModule>();

    public DbSet<CustomRecord> CustomRecords => Set<CustomRecord>();

    public DbSet<CustomRecordValue> CustomRecordValues => Set<CustomRecordValue>();

    internal DbSet<DataUpgrade> DataUpgrades => Set<DataUpgrade>();

    public DbSet<IdempotencyRecord> IdempotencyRecords => Set<IdempotencyRecord>();

    /// <summary>The limits of workflows that were read before.</summary>
    private SlaRules? rules;

    private long OrganizationId => current?.OrganizationId ?? 0;

    /// <summary>Begins one use: the context is pooled, and an earlier use may have ended anyhow.</summary>
    internal void BeginUse(CurrentActor actor, OutboxSignal outbox, SlaRules limits)
    {
        (current, signal, rules, hasEvents, holdsNext) = (actor, outbox, limits, false, false);
        events.Clear();
    }

    /// <summary>Has the next transaction of <see cref="InTransactionAsync"/> stay open when its work is to be kept; whoever asks for it commits.</summary>
    public void HoldNextTransaction() => holdsNext = true;

    [SuppressMessage("Design", "CA1031", Justification = "The failure that is passed on says more than one of taking back what is gone.")]
    public async Task<Result<T>> InTransactionAsync<T>(Func<Task<Result<T>>> work, CancellationToken ct)
    {
        // Inside another transaction (that of an idempotency key) a savepoint does what a transaction does outside one.
        const string savepoint = "work";
        var (outer, kept) = (Database.CurrentTransaction, events.Count);
        var transaction = outer ?? await Database.BeginTransactionAsync(ct);
        var isHeld = false;
        try
        {
            if (outer is not null)
                await outer.CreateSavepointAsync(savepoint, ct);

            var result = await work();
            var isKept = result.Error is null or { IsPending: true };
            isHeld = outer is null && isKept && holdsNext;
            if (outer is null && isKept && !isHeld)
                await transaction.CommitAsync(ct);
            else if (outer is not null && !isKept)
                await RollbackToAsync(outer, savepoint, kept);
            return result;
        }
        catch when (outer is not null)
        {
            try
            {
                await RollbackToAsync(outer, savepoint, kept);
            }
            catch (Exception)
            {
                // With a deadlock on SQL Server, or with the connection, the whole transaction is gone; the first failure says why.
            }

            throw;
        }
        finally
        {
            if (outer is null && !isHeld)
            {
                events.Clear();
                await transaction.DisposeAsync();
            }
        }
    }

    private async Task RollbackToAsync(IDbContextTransaction transaction, string savepoint, int keptEvents)
    {
        events.RemoveRange(keptEvents, events.Count - keptEvents);
        await transaction.RollbackToSavepointAsync(savepoint, CancellationToken.None);
    }

    /// <summary>Applies the migrations that are missing, and brings old rows into the form of this version.</summary>
    public async Task MigrateAsync(CancellationToken ct)
    {
        await Database.MigrateAsync(ct);

        // Without a write-ahead log a commit fails while somebody reads. The file remembers it.
        if (Database.IsSqlite())
            await Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", ct);
        await UpgradeAsync(ct);
    }

    /// <summary>Brings old rows into the form of this version; little to ask where that is done.</summary>
    internal Task UpgradeAsync(CancellationToken ct) => new TextUpgrade(this).RunAsync(ct);

    /// <summary>Saves without events, timers or new versions.</summary>
    internal Task<int> SaveQuietlyAsync(CancellationToken ct) => base.SaveChangesAsync(acceptAllChangesOnSuccess: true, ct);

    /// <summary>
    /// Gives the transaction's events their places in the log, as the last thing before its commit: the counter is locked for no longer
    /// than that, nothing else is locked after it, and whoever reads the log never sees a later event before an earlier one.
    /// </summary>
    internal async Task OnCommittingAsync(CancellationToken ct)
    {
        if (events.Count == 0)
            return;
        foreach (var log in events.GroupBy(e => e.OrganizationId))
        {
            var (id, count) = (log.Key, log.LongCount());
            var organization = Organizations.Where(o => o.Id == id);
            await organization.ExecuteUpdateAsync(set => set.SetProperty(o => o.LastEventSequence, o => o.LastEventSequence + count), ct);
            var next = await organization.Select(o => o.LastEventSequence).SingleAsync(ct) - count;
            foreach (var entry in log)
                entry.TakeSequence(++next);
        }

        Events.AddRange(events);
        events.Clear();
        hasEvents = true;
        ChangeTracker.AutoDetectChangesEnabled = false; // what a handler has changed and not saved is not to be saved here
        try
        {
            await base.SaveChangesAsync(acceptAllChangesOnSuccess: true, ct);
        }
        finally
        {
            ChangeTracker.AutoDetectChangesEnabled = true;
        }
    }

    /// <summary>Wakes the outbox after a commit that has brought it something.</summary>
    internal void OnCommitted()
    {
        if (hasEvents)
            signal?.Wake();
        hasEvents = false;
    }

    public bool HasTransaction => Database.CurrentTransaction is not null;

    public void Forget()
    {
        ChangeTracker.Clear();
        if (!HasTransaction)
            events.Clear();
    }

    public bool IsUniqueViolation(DbUpdateException failure) => DatabaseFailure.IsUniqueViolation(failure);

    public bool IsLostRace(Exception failure) => DatabaseFailure.IsLostRace(failure);

    /// <summary>Saves what has changed, and with it every event, as an entry of the log.</summary>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        var roots = ChangeTracker.Entries<AggregateRoot>().Select(e => e.Entity).Where(r => r.DomainEvents.Count > 0).ToList();
        var issues = ChangedIssues();
        if (roots.Count == 0 && issues.Count == 0)
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);

        // The ids of new rows are known only once they are saved, so the events follow in the same transaction.
        await using var own = Database.CurrentTransaction is null ? await Database.BeginTransactionAsync(cancellationToken) : null;
        var saved = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        foreach (var root in roots)
        {
            events.AddRange(root.DomainEvents.SelectMany(e => LoggedEvent.Of(root, e, current?.Cause ?? default, current?.CauseDepth ?? 0)));
            root.ClearDomainEvents();
        }

        // Whatever changes an issue comes by here, so this is where its timers follow, in the same transaction.
        if (issues.Count > 0 && rules is not null)
            await new SlaTimers(this, rules).FollowAsync(issues, current?.UserIdOrZero ?? 0, cancellationToken);
        if (own is not null)
            await own.CommitAsync(cancellationToken);
        return saved;
    }

    private List<ChangedIssue> ChangedIssues() =>
    [
        .. ChangeTracker.Entries<Issue>().Where(e => e.State is EntityState.Added or EntityState.Modified)
            .Select(e => new ChangedIssue(e.Entity, e.State is EntityState.Added, e.Property(i => i.WorkflowId).IsModified)),
    ];

    public override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("Kiket saves asynchronously only.");

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        Conversions.Configure(configurationBuilder, Database.ProviderName!);

        // An index of each foreign key would serve deletes of its target, which most targets never see, and cost every insert.
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
        BelongsToOrganization<LoggedEvent>(modelBuilder);
        BelongsToOrganization<Webhook>(modelBuilder);
        BelongsToOrganization<WebhookDelivery>(modelBuilder);
        BelongsToOrganization<WebhookAttempt>(modelBuilder);
        BelongsToOrganization<Extension>(modelBuilder);
        BelongsToOrganization<ExtensionReport>(modelBuilder);
        BelongsToOrganization<StoredValue>(modelBuilder);
        BelongsToOrganization<ExtensionSecret>(modelBuilder);
        BelongsToOrganization<ExtensionAuditEntry>(modelBuilder);
        BelongsToOrganization<SlaTimer>(modelBuilder);
        BelongsToOrganization<SlaEvent>(modelBuilder);
        BelongsToOrganization<CustomModule>(modelBuilder);
        BelongsToOrganization<CustomRecord>(modelBuilder);
        BelongsToOrganization<CustomRecordValue>(modelBuilder);
        Collations.Apply(modelBuilder, Database.ProviderName!);

        modelBuilder.Entity<Issue>().HasQueryFilter(IKiketDb.NotDeletedFilter, i => i.DeletedAt == null);

        // Nothing is deleted as a side effect; and SQL Server refuses several cascades to one table.
        foreach (var key in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetForeignKeys()))
            key.DeleteBehavior = DeleteBehavior.Restrict;
    }

    private void BelongsToOrganization<T>(ModelBuilder modelBuilder)
        where T : class
    {
        modelBuilder.Entity<T>().HasOne<Organization>().WithMany().HasForeignKey(nameof(AggregateRoot.OrganizationId));
        modelBuilder.Entity<T>().HasQueryFilter(TenantFilter, e => EF.Property<long>(e, nameof(AggregateRoot.OrganizationId)) == OrganizationId);
    }
}

public sealed class SqliteKiketDbContext : KiketDbContext
{
    public SqliteKiketDbContext(DbContextOptions<SqliteKiketDbContext> options)
        : base(options) => Database.AutoTransactionBehavior = AutoTransactionBehavior.Always; // a save of a single row queues for the file too
}

public sealed class PostgreSqlKiketDbContext(DbContextOptions<PostgreSqlKiketDbContext> options) : KiketDbContext(options);

public sealed class SqlServerKiketDbContext(DbContextOptions<SqlServerKiketDbContext> options) : KiketDbContext(options);
