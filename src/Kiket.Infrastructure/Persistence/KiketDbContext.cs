using System.Globalization;
using Kiket.Application.Ports;
using Kiket.Domain.Approvals;
using Kiket.Domain.Audit;
using Kiket.Domain.Checklists;
using Kiket.Domain.Comments;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Definitions;
using Kiket.Domain.Events;
using Kiket.Domain.Extensions;
using Kiket.Domain.Issues;
using Kiket.Domain.Milestones;
using Kiket.Domain.Notifications;
using Kiket.Domain.OAuth;
using Kiket.Domain.Organizations;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// The single model of all three databases. Each database has its own class below, because EF Core finds a set of migrations
/// by the class of the context.
/// </summary>
internal abstract class KiketDbContext : DbContext, IKiketDb
{
    /// <summary>Name of the query filter that hides other organizations' rows.</summary>
    internal const string TenantFilter = "tenant";

    /// <summary>The organization whose rows are visible.</summary>
    private CurrentActor? current;

    protected KiketDbContext(DbContextOptions options)
        // A failed save fails its transaction, or the part with a savepoint.
        : base(options) => Database.AutoSavepointsEnabled = false;

    public DbSet<Organization> Organizations => Set<Organization>();

    public DbSet<User> Users => Set<User>();

    public DbSet<AccessToken> AccessTokens => Set<AccessToken>();

    public DbSet<Invitation> Invitations => Set<Invitation>();

    public DbSet<PasswordSignIn> PasswordSignIns => Set<PasswordSignIn>();

    public DbSet<OAuthApplication> OAuthApplications => Set<OAuthApplication>();

    public DbSet<Project> Projects => Set<Project>();

    public DbSet<ProjectMember> ProjectMembers => Set<ProjectMember>();

    public DbSet<Workflow> Workflows => Set<Workflow>();

    public DbSet<Issue> Issues => Set<Issue>();

    public DbSet<IssueChange> IssueChanges => Set<IssueChange>();

    public DbSet<IssueCount> IssueCounts => Set<IssueCount>();

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

    public DbSet<AuditRecord> AuditRecords => Set<AuditRecord>();

    public DbSet<AuditAnchor> AuditAnchors => Set<AuditAnchor>();

    internal DbSet<DataUpgrade> DataUpgrades => Set<DataUpgrade>();

    public DbSet<IdempotencyRecord> IdempotencyRecords => Set<IdempotencyRecord>();

    /// <summary>The organization whose rows the database may show, or all.</summary>
    internal string VisibleOrganization =>
        OrganizationId == default ? RowLevelSecurity.All : OrganizationId.Value.ToString(CultureInfo.InvariantCulture);

    private OrganizationId OrganizationId => current?.OrganizationId ?? default;

    /// <summary>Starts a use of a pooled context.</summary>
    internal void BeginUse(CurrentActor actor) => current = actor;

    public virtual IQueryable<T> AcrossTenants<T>(bool withDeleted = false)
        where T : class => withDeleted ? Set<T>().IgnoreQueryFilters() : Set<T>().IgnoreQueryFilters([TenantFilter]);

    public Task<int> TakeIssueNumberAsync(ProjectId projectId, CancellationToken ct) =>
        this.TakeNextAsync<Project>(projectId.Value, nameof(Project.LastIssueNumber), ct);

    public override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("Kiket only saves asynchronously.");

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        Conversions.Configure(configurationBuilder, Database.ProviderName!);

        // An index on each foreign key would slow down every insert and only help deletes of its target, which are rare.
        configurationBuilder.Conventions.Remove<ForeignKeyIndexConvention>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(KiketDbContext).Assembly);
        BelongsToOrganization<User>(modelBuilder);
        BelongsToOrganization<AccessToken>(modelBuilder);
        BelongsToOrganization<Invitation>(modelBuilder);
        BelongsToOrganization<PasswordSignIn>(modelBuilder);
        BelongsToOrganization<OAuthApplication>(modelBuilder);
        BelongsToOrganization<Project>(modelBuilder);
        BelongsToOrganization<ProjectMember>(modelBuilder);
        BelongsToOrganization<Workflow>(modelBuilder);
        BelongsToOrganization<Issue>(modelBuilder);
        BelongsToOrganization<IssueChange>(modelBuilder);
        BelongsToOrganization<IssueCount>(modelBuilder);
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
        BelongsToOrganization<AuditRecord>(modelBuilder);
        BelongsToOrganization<AuditAnchor>(modelBuilder);
        BelongsToOrganization<SlaTimer>(modelBuilder);
        BelongsToOrganization<SlaEvent>(modelBuilder);
        BelongsToOrganization<CustomModule>(modelBuilder);
        BelongsToOrganization<CustomRecord>(modelBuilder);
        BelongsToOrganization<CustomRecordValue>(modelBuilder);
        Collations.Apply(modelBuilder, Database.ProviderName!);

        modelBuilder.Entity<Issue>().HasQueryFilter(IKiketDb.NotDeletedFilter, i => i.DeletedAt == null);

        // Nothing is deleted as a side effect; and SQL Server rejects several cascades to one table.
        foreach (var key in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetForeignKeys()))
            key.DeleteBehavior = DeleteBehavior.Restrict;
    }

    private void BelongsToOrganization<T>(ModelBuilder modelBuilder)
        where T : class
    {
        modelBuilder.Entity<T>().HasOne<Organization>().WithMany().HasForeignKey(nameof(IAggregateRoot.OrganizationId));
        modelBuilder
            .Entity<T>()
            .HasQueryFilter(
                TenantFilter,
                e => EF.Property<OrganizationId>(e, nameof(IAggregateRoot.OrganizationId)) == OrganizationId
            );
    }
}

internal sealed class SqliteKiketDbContext : KiketDbContext
{
    public SqliteKiketDbContext(DbContextOptions<SqliteKiketDbContext> options)
        // Saving even a single row queues for the file.
        : base(options) => Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);

        // Ids are never reused. By convention, this applies only to plain numbers.
        foreach (var key in modelBuilder.Model.GetEntityTypes().Select(e => e.FindPrimaryKey()!.Properties[0]))
        {
            if (key is { ValueGenerated: ValueGenerated.OnAdd } && key.ClrType != typeof(long))
                key.SetValueGenerationStrategy(SqliteValueGenerationStrategy.Autoincrement);
        }
    }
}

internal sealed class PostgreSqlKiketDbContext : KiketDbContext
{
    private readonly bool hasRowLevelSecurity;

    public PostgreSqlKiketDbContext(DbContextOptions<PostgreSqlKiketDbContext> options)
        : base(options)
    {
        var interceptors = options.FindExtension<CoreOptionsExtension>()?.Interceptors ?? [];
        hasRowLevelSecurity = interceptors.Any(i => i is RowLevelSecurity);
        if (hasRowLevelSecurity)
            Database.AutoTransactionBehavior = AutoTransactionBehavior.Always; // saving a single row also names its organization
    }

    public override IQueryable<T> AcrossTenants<T>(bool withDeleted = false)
    {
        var rows = base.AcrossTenants<T>(withDeleted);
        return hasRowLevelSecurity ? rows.TagWith(RowLevelSecurity.AcrossTenantsTag) : rows;
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);

        // On PostgreSQL, labels are an array with an index on its members.
        modelBuilder.Entity<Issue>().HasIndex(i => i.Labels).HasMethod("gin").HasFilter("deleted_at IS NULL");
    }
}

internal sealed class SqlServerKiketDbContext(DbContextOptions<SqlServerKiketDbContext> options) : KiketDbContext(options);
