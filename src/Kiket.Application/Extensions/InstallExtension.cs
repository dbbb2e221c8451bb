using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Application.Webhooks;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Extensions;

/// <summary>
/// Installs an extension for a project or for the whole organization. If it is already installed, it gets the new manifest and
/// keeps its key, its secrets and its settings. For administrators.
/// </summary>
/// <param name="Project">The project, or null for the whole organization.</param>
/// <param name="Configuration">Values of its settings, or null to leave them.</param>
/// <param name="CallbackUrl">Where its events are sent, overriding the manifest, or null.</param>
internal sealed record InstallExtensionCommand(
    ManifestText Manifest,
    ProjectRef? Project,
    IReadOnlyDictionary<string, JsonElement>? Configuration,
    string? CallbackUrl
) : ICommand<Result<InstalledExtensionDto>>;

/// <summary>Reads the manifest and resolves its address to check whether it may be called.</summary>
internal sealed class InstallPreparation(
    IKiketDb db,
    IManifestReader reader,
    IExtensionEnvironment environment,
    IOutboundTargets targets,
    ICurrentActor current
) : IPreparation<InstallExtensionCommand>
{
    /// <summary>The extension to install, or why it cannot be installed.</summary>
    public Result<Installable> Found { get; private set; } = UserErrors.AdminsOnly;

    public async Task PrepareAsync(InstallExtensionCommand command, CancellationToken ct) => Found = await FindAsync(command, ct);

    private async Task<Result<Installable>> FindAsync(InstallExtensionCommand command, CancellationToken ct)
    {
        if (current.Extension is not null || !current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;
        var read = reader.Read(command.Manifest);
        if (read.Error is { } errors)
            return errors;
        if (current.Lacks(ScopeDemands.ScopesOf(read.Value.Manifest)) is { } lacking)
            return lacking;

        var organization = await db
            .Organizations.Where(o => o.Id == current.Actor.OrganizationId)
            .Select(o => o.Slug)
            .SingleAsync(ct);
        var address = await CallbackAddress.OfAsync(
            read.Value.Manifest,
            command.CallbackUrl,
            organization,
            environment,
            targets,
            ct
        );
        return address.Error is { } unreachable ? unreachable : new Installable(read.Value, organization, address.Value);
    }

    /// <param name="Organization">Slug of the organization.</param>
    /// <param name="Address">Where events go, or null.</param>
    internal sealed record Installable(ReadManifest Read, string Organization, string? Address);
}

internal sealed class InstallExtensionHandler(
    IKiketDb db,
    IUnitOfWork work,
    InstallPreparation preparation,
    IExtensionEnvironment environment,
    ISecretProtector protector,
    ICurrentActor current,
    TimeProvider time
) : ICommandHandler<InstallExtensionCommand, Result<InstalledExtensionDto>>
{
    public async Task<Result<InstalledExtensionDto>> Handle(InstallExtensionCommand command, CancellationToken ct)
    {
        if (preparation.Found.Error is { } unfit)
            return unfit;
        var (read, organization, address) = preparation.Found.Value;

        ProjectId? projectId = null;
        if (command.Project is { } named)
        {
            var project = await db.FindProjectAsync(named, current.Actor, ProjectAccess.Manage, ct);
            if (project.Error is { } unavailable)
                return unavailable;
            if (project.Value.Status is ProjectStatus.Archived)
                return ProjectErrors.Archived(project.Value.Key);
            projectId = project.Value.Id;
        }

        var (manifest, now) = (read.Manifest, time.GetUtcNow());
        var slot = Extension.SlotOf(manifest.Id, projectId);
        var existing = await db.Extensions.SingleOrDefaultAsync(e => e.Slot == slot, ct);

        // The secret is in the manifest or in the operator's settings; otherwise one is generated and shown once.
        var webhook = existing is null
            ? null
            : await db.Webhooks.WithSpecification(new EndpointOf(existing.Id)).SingleOrDefaultAsync(ct);
        var callbackSecret =
            read.CallbackSecret
            ?? (
                manifest.Callback?.Secret is { } reference
                    ? environment.FindSecret(organization, reference["env.".Length..])
                    : null
            );
        var made =
            manifest.Callback is not null && callbackSecret is null && webhook?.Secret is null ? WebhookSecret.Generate() : null;

        var key = existing is null ? TokenSecret.Generate(Extension.KeyLabel) : null;
        IReadOnlyList<string> added;
        Extension extension;
        if (existing is not null)
        {
            (extension, var before) = (existing, existing.Manifest.Version);
            added = extension.Upgrade(manifest, address, now);
            await EndUncoveredSubscriptionsAsync(extension, now, ct);
            var service = await db.Users.SingleAsync(u => u.Id == extension.ServiceUserId, ct);
            if (service.Name != manifest.Name)
                service.RenameService(manifest.Name, now);
            db.Audit(
                extension,
                ExtensionAuditEntry.Upgraded,
                null,
                current,
                now,
                ("from", before),
                ("to", manifest.Version),
                ("added_permissions", added)
            );
        }
        else
        {
            var service = User.ForExtension(current.Actor.OrganizationId, manifest.Name, now);
            db.Users.Add(service);
            await work.FlushAsync(ct);
            extension = Extension.Install(service, projectId, manifest, address, key!, current.Actor.UserId, now);
            added = manifest.Permissions;
            db.Extensions.Add(extension);
        }

        if (
            command.Configuration is { } configuration
            && extension.Edit(new() { Configuration = new(configuration) }, now).Error is { } invalid
        )
            return invalid;
        await work.FlushAsync(ct);
        if (existing is null)
            db.Audit(
                extension,
                ExtensionAuditEntry.Installed,
                null,
                current,
                now,
                ("version", manifest.Version),
                ("permissions", manifest.Permissions)
            );
        webhook = Subscribe(extension, webhook, read.CallbackHeaders, callbackSecret ?? made, now);
        await work.FlushAsync(ct);
        db.TellLifecycle(
            extension,
            webhook,
            existing is null ? ExtensionLifecycle.Installed : ExtensionLifecycle.Upgraded,
            current.Actor.UserId,
            now
        );

        return new InstalledExtensionDto(await extension.ToDtoAsync(db, now, ct))
        {
            ApiKey = key?.Plaintext,
            WebhookSecret = existing is null ? read.CallbackSecret ?? made : made, // never one from the operator's settings
            AddedPermissions = added,
            Warnings = read.Warnings,
            IsNew = existing is null,
        };
    }

    /// <summary>Ends the subscriptions to events that the manifest no longer lets the extension read.</summary>
    private async Task EndUncoveredSubscriptionsAsync(Extension extension, DateTimeOffset now, CancellationToken ct)
    {
        var permissions = Scope.Spell(extension.Manifest.Permissions);
        var subscriptions = await db
            .Webhooks.Where(w => w.ExtensionId == extension.Id && w.Kind == WebhookKind.Subscription && w.Active)
            .ToListAsync(ct);
        foreach (var subscription in subscriptions)
        {
            var isCovered = ScopeDemands
                .ScopesOf(subscription.Hooks.Select(h => h.Event))
                .All(s => Scope.Grants(permissions, s.Resource, s.Actions));
            if (!isCovered)
                subscription.Stop(now);
        }
    }

    /// <summary>Updates the endpoint of the manifest's hooks to match the manifest.</summary>
    /// <returns>The endpoint, or null when the manifest no longer has one.</returns>
    private Webhook? Subscribe(
        Extension extension,
        Webhook? webhook,
        IReadOnlyDictionary<string, string> headers,
        string? secret,
        DateTimeOffset now
    )
    {
        if (extension.Manifest.Callback is not { } callback || extension.CallbackUrl is not { } url)
        {
            webhook?.Stop(now);
            return null;
        }

        var encrypted = headers.ToDictionary(h => h.Key, h => protector.Protect(ISecretProtector.HeaderPurpose, h.Value));
        var (target, hooks) = (Webhook.TargetOf(callback with { Headers = encrypted }, url), Webhook.HooksOf(extension.Manifest));
        var ciphertext = secret is null ? null : protector.Protect(ISecretProtector.WebhookPurpose, secret);
        if (webhook is null)
        {
            webhook = Webhook.For(
                extension.OrganizationId,
                extension.ProjectId,
                extension.Id,
                WebhookKind.Extension,
                target,
                hooks,
                ciphertext,
                now
            );
            db.Webhooks.Add(webhook);
            return webhook;
        }

        webhook.Follow(target, hooks, now);
        var isAnother =
            secret is not null
            && (webhook.Secret is not { } kept || protector.Unprotect(ISecretProtector.WebhookPurpose, kept) != secret);
        if (isAnother)
            webhook.RotateSecret(ciphertext!, now);
        return webhook;
    }
}
