using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Users;

namespace Kiket.Domain.Tests.Extensions;

public sealed class ExtensionTests
{
    private static readonly ExtensionManifest Manifest = new()
    {
        Id = "com.example.helper",
        Name = "Helper",
        Permissions = ["issues:read"],
        Configuration = new Dictionary<string, ExtensionSetting>
        {
            ["colour"] = new() { Default = JsonSerializer.SerializeToElement("red") },
            ["limit"] = new() { Type = "integer" },
            ["key"] = new() { Secret = true },
        },
    };

    [Fact]
    public void Settings_are_the_defaults_and_what_was_given_without_secrets()
    {
        var extension = Installed();

        extension.Edit(Configured("""{"limit": 5}"""), An.Noon);
        extension.Edit(Configured("""{"colour": "blue"}"""), An.Noon);
        var given = extension.Settings();
        extension.Edit(Configured("""{"colour": null}"""), An.Noon);

        Assert.Equal(("\"blue\"", "5", 2), (given["colour"].GetRawText(), given["limit"].GetRawText(), given.Count));
        Assert.Equal("\"red\"", extension.Settings()["colour"].GetRawText());
    }

    [Theory]
    [InlineData("""{"size": 1}""", "extension.configuration.size")]
    [InlineData("""{"key": "k"}""", "extension.configuration.key")]
    public void An_unknown_setting_and_a_secret_are_refused_and_nothing_changes(string configuration, string field)
    {
        var extension = Installed();

        var refused = extension.Edit(Configured(configuration), An.Noon);

        Assert.Equal(field, refused.Error?.Details[0].Field);
        Assert.Equal((1, 0), (extension.Version, extension.Configuration.Count));
    }

    [Fact]
    public void A_rotated_key_is_accepted_beside_the_new_one_for_a_day()
    {
        var extension = Installed();
        var (first, second) = (extension.KeyHash, TokenSecret.Generate(Extension.KeyLabel));

        extension.RotateKey(second, An.Noon);

        Assert.Equal((second.Hash, first), (extension.KeyHash, extension.PreviousKeyHash));
        Assert.Equal(An.Noon.AddDays(1), extension.PreviousKeyUntil);
    }

    [Fact]
    public void An_uninstalled_extension_has_no_keys_and_no_place_and_refuses_everything()
    {
        var extension = Installed();
        extension.RotateKey(TokenSecret.Generate(Extension.KeyLabel), An.Noon);

        extension.Uninstall(An.Noon);

        Assert.Equal((null, null, null), (extension.Slot, extension.KeyHash, extension.PreviousKeyHash));
        Assert.Throws<InvalidOperationException>(() => extension.Uninstall(An.Noon));
        Assert.Throws<InvalidOperationException>(() => extension.Upgrade(Manifest, null, An.Noon));
        Assert.Throws<InvalidOperationException>(() => extension.RotateKey(TokenSecret.Generate("x_"), An.Noon));
    }

    [Fact]
    public void An_upgrade_says_which_permissions_are_new_and_keeps_the_settings()
    {
        var extension = Installed();
        extension.Edit(Configured("""{"limit": 5}"""), An.Noon);

        var added = extension.Upgrade(Manifest with { Permissions = ["issues:write", "issues:read"] }, null, An.Noon);

        Assert.Equal(["issues:write"], added);
        Assert.Equal("5", extension.Settings()["limit"].GetRawText());
        Assert.Throws<ArgumentException>(() => extension.Upgrade(Manifest with { Id = "com.example.other" }, null, An.Noon));
    }

    private static Extension Installed() =>
        Extension.Install(
            User.ForExtension(new(1), "Helper", An.Noon),
            new(5),
            Manifest,
            null,
            TokenSecret.Generate(Extension.KeyLabel),
            actorId: new(7),
            An.Noon
        );

    private static ExtensionEdit Configured(string json) =>
        new() { Configuration = new(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)) };
}
