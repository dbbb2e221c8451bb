using Kiket.Domain.Common;
using Kiket.Domain.Users;

namespace Kiket.Domain.Tests.Users;

public sealed class UserTests
{
    private static readonly DateTimeOffset Noon = new(2025, 12, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_address_is_kept_in_lower_case_and_without_spaces_around_it() =>
        Assert.Equal(
            "ada@example.com",
            User.Join(new(1), "  Ada@Example.COM ", OrganizationRole.Developer, null, Noon).Value.Email
        );

    [Theory]
    [InlineData("ada+news@example.com")]
    [InlineData("o'brien@example.co.uk")]
    [InlineData("jürgen@müller.example")]
    [InlineData("admin@localhost")]
    [InlineData("a-b_c.d@x-y.example")]
    public void An_address_may_hold_what_mail_servers_take(string email) =>
        Assert.Equal(email, User.Join(new(1), email, OrganizationRole.Developer, null, Noon).Value.Email);

    [Fact]
    public void A_user_without_a_name_is_named_after_their_address() =>
        Assert.Equal("ada.l", Join(email: "ada.l@example.com").Name);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ada")]
    [InlineData("@example.com")]
    [InlineData("ada@")]
    [InlineData("a@b@example.com")]
    [InlineData("a da@example.com")]
    [InlineData("a\tda@example.com")]
    [InlineData("<a@c.example>")]
    [InlineData("Ada <a@c.example>")]
    [InlineData("a@c.example,b@c.example")]
    [InlineData("a@c.example;b@c.example")]
    [InlineData("a@c.example>")]
    [InlineData("\"a b\"@c.example")]
    [InlineData("a(comment)@c.example")]
    [InlineData("mailto:a@c.example")]
    [InlineData(".a@c.example")]
    [InlineData("a.@c.example")]
    [InlineData("a..b@c.example")]
    [InlineData("a@.example")]
    [InlineData("a@c..example")]
    [InlineData("a@c.example.")]
    [InlineData("a@-c.example")]
    [InlineData("a@c-.example")]
    [InlineData("a@[127.0.0.1]")]
    [InlineData("a\u200B@c.example")]
    [InlineData("a@c.exa\r\nBcc:b@d.example")]
    public void An_invalid_address_is_refused(string? email) =>
        Assert.Equal(
            "user.email",
            Assert.Single(User.Join(new(1), email!, OrganizationRole.Viewer, null, Noon).Error!.Details).Field
        );

    [Fact]
    public void An_address_has_bounds()
    {
        var longestLocalPart = new string('a', EmailAddress.MaxLocalPartLength);

        Assert.False(User.Join(new(1), $"{longestLocalPart}@example.com", OrganizationRole.Viewer, null, Noon).IsRefused);
        Assert.True(User.Join(new(1), $"a{longestLocalPart}@example.com", OrganizationRole.Viewer, null, Noon).IsRefused);
        Assert.True(
            User.Join(new(1), $"a@{new string('b', User.MaxEmailLength)}", OrganizationRole.Viewer, null, Noon).IsRefused
        );
    }

    [Fact]
    public void A_refusal_to_join_names_every_invalid_field() =>
        Assert.Equal(
            ["user.email", "user.name"],
            User.Join(new(1), "nobody", OrganizationRole.Viewer, new string('n', User.MaxNameLength + 1), Noon)
                .Error!.Details.Select(d => d.Field)
        );

    [Fact]
    public void An_edit_changes_only_what_it_sets()
    {
        var user = Join();

        var result = user.Edit(new() { Capacity = 12.5m, ExpertiseTags = new[] { " law ", "Law", "tax" } }, Noon.AddHours(1));

        Assert.False(result.IsRefused);
        Assert.Equal(12.5m, user.Capacity);
        Assert.Equal(["law", "tax"], user.ExpertiseTags);
        Assert.Equal((OrganizationRole.Developer, "ada", false), (user.Role, user.Name, user.Deactivated));
        Assert.Equal((2, Noon.AddHours(1)), (user.Version, user.UpdatedAt));
    }

    [Fact]
    public void A_capacity_can_be_made_unknown_again()
    {
        var user = Join();
        user.Edit(new() { Capacity = 10m }, Noon);

        user.Edit(new() { Capacity = new Optional<decimal?>(null) }, Noon);

        Assert.Null(user.Capacity);
    }

    [Fact]
    public void A_refused_edit_names_every_invalid_field_and_changes_nothing()
    {
        var user = Join();

        var result = user.Edit(
            new()
            {
                Name = " ",
                Capacity = -1m,
                ExpertiseTags = new[] { "" },
                Role = OrganizationRole.Admin,
                Deactivated = true,
            },
            Noon.AddHours(1)
        );

        Assert.Equal(["user.capacity", "user.expertise_tags", "user.name"], result.Error!.Details.Select(d => d.Field).Order());
        Assert.Equal((OrganizationRole.Developer, "ada", false, 1), (user.Role, user.Name, user.Deactivated, user.Version));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0.25, true)]
    [InlineData(0.255, false)]
    [InlineData(1_000_000, true)]
    [InlineData(1_000_000.01, false)]
    public void A_capacity_is_within_bounds_and_has_two_decimals(double points, bool allowed) =>
        Assert.Equal(allowed, !Join().Edit(new() { Capacity = (decimal)points }, Noon).IsRefused);

    [Fact]
    public void Tags_are_limited_in_number_and_length()
    {
        Assert.True(
            Join()
                .Edit(new() { ExpertiseTags = Enumerable.Range(0, User.MaxTags + 1).Select(n => $"t{n}").ToArray() }, Noon)
                .IsRefused
        );
        Assert.True(Join().Edit(new() { ExpertiseTags = new[] { new string('t', User.MaxTagLength + 1) } }, Noon).IsRefused);
        Assert.True(Join().Edit(new() { ExpertiseTags = new Optional<IReadOnlyList<string>?>(null) }, Noon).IsRefused);
    }

    [Fact]
    public void Only_a_change_that_takes_an_active_administrator_away_stops_administration()
    {
        var admin = Join(OrganizationRole.Admin);

        Assert.True(admin.WouldStopAdministering(new() { Role = OrganizationRole.Developer }));
        Assert.True(admin.WouldStopAdministering(new() { Deactivated = true }));
        Assert.False(
            admin.WouldStopAdministering(
                new()
                {
                    Role = OrganizationRole.Admin,
                    Deactivated = false,
                    Name = "Ada",
                }
            )
        );
        Assert.False(Join().WouldStopAdministering(new() { Deactivated = true }));

        admin.Edit(new() { Deactivated = true }, Noon);
        Assert.False(admin.WouldStopAdministering(new() { Role = OrganizationRole.Developer }));
    }

    [Fact]
    public void Accepting_an_invitation_sets_the_name_or_keeps_it()
    {
        var user = Join();

        Assert.False(user.AcceptInvitation(null, Noon).IsRefused);
        Assert.Equal("ada", user.Name);
        Assert.False(user.AcceptInvitation(" Ada Lovelace ", Noon).IsRefused);
        Assert.Equal("Ada Lovelace", user.Name);
        Assert.Equal("invitation.name", user.AcceptInvitation(" ", Noon).Error!.Details[0].Field);
        Assert.Equal("Ada Lovelace", user.Name);
    }

    [Fact]
    public void A_deactivated_user_cannot_accept_an_invitation()
    {
        var user = Join();
        user.Edit(new() { Deactivated = true }, Noon);

        Assert.Equal("INVITATION_NOT_FOUND", user.AcceptInvitation("Ada", Noon).Error?.Code);
    }

    private static User Join(OrganizationRole role = OrganizationRole.Developer, string email = "ada@example.com") =>
        User.Join(new(1), email, role, null, Noon).Value;
}
