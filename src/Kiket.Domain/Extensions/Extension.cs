using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Users;

namespace Kiket.Domain.Extensions;

/// <summary>Whether an installation works.</summary>
internal enum ExtensionStatus
{
    /// <summary>It gets its events and may call.</summary>
    Active,

    /// <summary>It was removed; kept for the record of what it did.</summary>
    Uninstalled,
}

/// <summary>One installation of an extension: for one project, or for the whole organization.</summary>
internal sealed class Extension : AggregateRoot<ExtensionId>
{
    /// <summary>What its API keys begin with.</summary>
    public const string KeyLabel = "ext_live_";

    /// <summary>How long the previous key remains valid after a rotation.</summary>
    public static readonly TimeSpan KeyOverlap = TimeSpan.FromHours(24);

    private Extension() { }

    /// <summary>The project that it is installed for, or null for the whole organization.</summary>
    public ProjectId? ProjectId { get; private set; }

    /// <summary>The manifest's id.</summary>
    public string Key { get; private set; } = "";

    /// <summary>
    /// The slot that it occupies while it is active; null once it is uninstalled, so that the slot is free again.
    /// </summary>
    public string? Slot { get; private set; }

    /// <summary>Its manifest.</summary>
    public ExtensionManifest Manifest { get; private set; } = new() { Id = "", Name = "" };

    /// <summary>Whether it works.</summary>
    public ExtensionStatus Status { get; private set; }

    /// <summary>The user that it acts as.</summary>
    public UserId ServiceUserId { get; private set; }

    /// <summary>SHA-256 of its API key, in lower-case hex; null once it is uninstalled.</summary>
    public string? KeyHash { get; private set; }

    /// <summary>The key's first characters.</summary>
    public string KeyPrefix { get; private set; } = "";

    /// <summary>When its key was last used (UTC), to within a minute; null when it never was.</summary>
    public DateTimeOffset? KeyLastUsedAt { get; private set; }

    /// <summary>SHA-256 of the key before the last rotation, in lower-case hex, or null.</summary>
    public string? PreviousKeyHash { get; private set; }

    /// <summary>When the previous key expires (UTC), or null.</summary>
    public DateTimeOffset? PreviousKeyUntil { get; private set; }

    /// <summary>Where its events are posted, with the host's environment filled in; null when it has no callback.</summary>
    public string? CallbackUrl { get; private set; }

    /// <summary>The values of its settings that differ from their defaults, without the secret ones.</summary>
    public IReadOnlyDictionary<string, JsonElement> Configuration { get; private set; } = new Dictionary<string, JsonElement>();

    /// <summary>Requests that it may make in a window, or null for the host's default.</summary>
    public int? RateLimitRequests { get; private set; }

    /// <summary>Length of that window in seconds, or null for the host's default.</summary>
    public int? RateLimitWindowSeconds { get; private set; }

    /// <summary>The networks and addresses from which its credentials are accepted; null for everywhere.</summary>
    public IReadOnlyList<string>? AllowedNetworks { get; private set; }

    /// <summary>The user who installed it.</summary>
    public UserId InstalledById { get; private set; }

    /// <summary>When it was installed (UTC).</summary>
    public DateTimeOffset InstalledAt { get; private set; }

    /// <summary>When it was uninstalled (UTC), or null.</summary>
    public DateTimeOffset? UninstalledAt { get; private set; }

    /// <summary>Whether it works.</summary>
    public bool IsActive => Status is ExtensionStatus.Active;

    /// <summary>The slot of an active installation; each slot has at most one.</summary>
    /// <param name="key">The manifest's id.</param>
    /// <param name="projectId">The project, or null for the whole organization.</param>
    public static string SlotOf(string key, ProjectId? projectId) => $"{projectId ?? default}:{key}";

    /// <summary>Installs an extension.</summary>
    /// <param name="service">The user in whose name it is to act; has a database id.</param>
    /// <param name="projectId">The project, or null for the whole organization.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="callbackUrl">Where its events are posted, or null.</param>
    /// <param name="secret">Its generated API key.</param>
    /// <param name="actorId">Who installs it.</param>
    /// <param name="at">Instant of the installation.</param>
    public static Extension Install(
        User service,
        ProjectId? projectId,
        ExtensionManifest manifest,
        string? callbackUrl,
        TokenSecret secret,
        UserId actorId,
        DateTimeOffset at
    )
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(secret);
        var extension = new Extension
        {
            OrganizationId = service.OrganizationId,
            ProjectId = projectId,
            Key = manifest.Id,
            Slot = SlotOf(manifest.Id, projectId),
            Manifest = manifest,
            ServiceUserId = service.Id,
            KeyHash = secret.Hash,
            KeyPrefix = secret.Prefix,
            CallbackUrl = callbackUrl,
            InstalledById = actorId,
            InstalledAt = at.ToUniversalTime(),
        };
        extension.Created(at);
        return extension;
    }

    /// <summary>Takes a new manifest of the same extension. Keys, secrets and settings stay.</summary>
    /// <param name="manifest">The new manifest.</param>
    /// <param name="callbackUrl">Where its events are posted, or null.</param>
    /// <param name="at">Instant of the upgrade.</param>
    /// <returns>The permissions that it did not have before, as written.</returns>
    /// <exception cref="ArgumentException">The manifest is another extension's.</exception>
    /// <exception cref="InvalidOperationException">It is uninstalled.</exception>
    public IReadOnlyList<string> Upgrade(ExtensionManifest manifest, string? callbackUrl, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (manifest.Id != Key)
            throw new ArgumentException($"The manifest is of {manifest.Id}, not of {Key}.", nameof(manifest));
        if (!IsActive)
            throw new InvalidOperationException($"{Key} is uninstalled.");

        IReadOnlyList<string> added = [.. manifest.Permissions.Except(Manifest.Permissions, StringComparer.Ordinal)];
        Manifest = manifest;
        CallbackUrl = callbackUrl;
        Touch(at);
        return added;
    }

    /// <summary>Removes it: its key becomes invalid, and its slot is free.</summary>
    /// <param name="at">Instant of the removal.</param>
    /// <exception cref="InvalidOperationException">It is uninstalled already.</exception>
    public void Uninstall(DateTimeOffset at)
    {
        if (!IsActive)
            throw new InvalidOperationException($"{Key} is already uninstalled.");
        Status = ExtensionStatus.Uninstalled;
        Slot = null;
        (KeyHash, PreviousKeyHash, PreviousKeyUntil) = (null, null, null);
        UninstalledAt = at.ToUniversalTime();
        Touch(at);
    }

    /// <summary>
    /// Rotates its API key; the previous one remains valid for <see cref="KeyOverlap"/>, and any older one becomes invalid.
    /// </summary>
    /// <param name="secret">The generated key.</param>
    /// <param name="at">Instant of the rotation.</param>
    /// <exception cref="InvalidOperationException">It is uninstalled.</exception>
    public void RotateKey(TokenSecret secret, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(secret);
        if (!IsActive)
            throw new InvalidOperationException($"{Key} is uninstalled.");
        (PreviousKeyHash, PreviousKeyUntil) = (KeyHash, (at + KeyOverlap).ToUniversalTime());
        (KeyHash, KeyPrefix) = (secret.Hash, secret.Prefix);
        Touch(at);
    }

    /// <summary>Changes what an administrator may change.</summary>
    /// <param name="edit">The fields to change.</param>
    /// <param name="at">Instant of the change.</param>
    /// <returns>
    /// Success, or <c>VALIDATION_ERROR</c> with every invalid field: a setting that the manifest does not have or that is a
    /// secret, a limit out of range, a text that is not a network. A refusal changes nothing.
    /// </returns>
    public Result Edit(ExtensionEdit edit, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(edit);
        List<ErrorDetail> errors = [.. Validate(Manifest, edit.Configuration.Or(null) ?? new Dictionary<string, JsonElement>())];
        errors.AddRange(RateLimit.Validate("extension", edit.RateLimitRequests.Or(null), edit.RateLimitWindowSeconds.Or(null)));
        errors.AddRange(Networks.Validate(edit.AllowedNetworks.Or(null), "extension"));
        if (errors.Count > 0)
            return Error.Validation(errors);

        if (edit.Configuration is { IsSet: true, Value: { } given })
        {
            var values = new Dictionary<string, JsonElement>(Configuration, StringComparer.Ordinal);
            foreach (var (key, value) in given)
            {
                if (value.ValueKind is JsonValueKind.Null)
                    values.Remove(key);
                else
                    values[key] = value;
            }

            Configuration = values;
        }

        RateLimitRequests = edit.RateLimitRequests.Or(RateLimitRequests);
        RateLimitWindowSeconds = edit.RateLimitWindowSeconds.Or(RateLimitWindowSeconds);
        AllowedNetworks = Networks.Kept(edit.AllowedNetworks.Or(AllowedNetworks));
        Touch(at);
        return Result.Success;
    }

    private static IEnumerable<ErrorDetail> Validate(ExtensionManifest manifest, IReadOnlyDictionary<string, JsonElement> given)
    {
        foreach (var key in given.Keys)
        {
            if (!manifest.Configuration.TryGetValue(key, out var setting))
                yield return new($"extension.configuration.{key}", $"The extension has no setting {key}.");
            else if (setting.Secret)
                yield return new($"extension.configuration.{key}", $"{key} is a secret; set it as a secret instead.");
        }
    }

    /// <summary>
    /// The settings as the extension gets them: the defaults, and the values that were given; without the secret ones.
    /// </summary>
    /// <returns>Each key that has a value.</returns>
    public IReadOnlyDictionary<string, JsonElement> Settings()
    {
        Dictionary<string, JsonElement> settings = new(StringComparer.Ordinal);
        foreach (var (key, setting) in Manifest.Configuration)
        {
            if (setting.Secret)
                continue;
            if (Configuration.TryGetValue(key, out var given))
                settings[key] = given;
            else if (setting.Default is { } standard)
                settings[key] = standard;
        }

        return settings;
    }
}

/// <summary>A partial change of an <see cref="Extension"/>.</summary>
internal sealed record ExtensionEdit
{
    /// <summary>Values of settings; a null takes the value back.</summary>
    public Optional<IReadOnlyDictionary<string, JsonElement>?> Configuration { get; init; }

    /// <summary>Requests that it may make in a window, or null for the host's default.</summary>
    public Optional<int?> RateLimitRequests { get; init; }

    /// <summary>Length of that window in seconds, or null for the host's default.</summary>
    public Optional<int?> RateLimitWindowSeconds { get; init; }

    /// <summary>The networks and addresses from which its credentials are accepted, or null for everywhere.</summary>
    public Optional<IReadOnlyList<string>?> AllowedNetworks { get; init; }
}
